package oe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Who may log in, and what each may read. Without any user, everybody may do everything. */
final class Users {
    /** One user; `tables` are those granted, in upper case with their owner, or all when null. */
    record User(String name, String password, boolean isDba, boolean mayReadMetaschema,
        boolean mayReadSysprogress, Set<String> tables) {}

    /** A line of SYSTABAUTH. */
    record Grant(String user, Table table) {}

    private static final User ANYBODY = new User("", "", true, true, true, null);

    private final Map<String, User> users = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int version;

    synchronized void put(User user) {
        users.put(user.name(), user);
        version++;
    }

    /** One who may read everything, with a name for a password. */
    synchronized void reset() {
        users.clear();
        put(new User("reader", "reader", false, true, true, null));
    }

    synchronized void drop(String name) {
        users.remove(name);
        version++;
    }

    synchronized int version() {
        return version;
    }

    synchronized Collection<User> all() {
        return List.copyOf(users.values());
    }

    /** Null when the name or the password is wrong. */
    synchronized User logIn(String name, String password) {
        if (users.isEmpty())
            return ANYBODY;
        User user = users.get(name);
        return user != null && user.password().equals(password) ? user : null;
    }

    /** Rights are looked up when they are needed: they may have changed since the login. */
    synchronized boolean mayRead(String name, Table table) {
        User user = users.isEmpty() ? ANYBODY : users.get(name);
        if (user == null)
            return false;
        if (table.isSystem())
            return table.owner.equals("PUB") ? user.mayReadMetaschema() : user.mayReadSysprogress();
        return user.isDba() || user.tables() == null || user.tables().contains(key(table));
    }

    synchronized boolean isDba(String name) {
        User user = users.isEmpty() ? ANYBODY : users.get(name);
        return user != null && user.isDba();
    }

    private static String key(Table table) {
        return (table.owner + "." + table.name).toUpperCase(Locale.ROOT);
    }

    /** Names as they stand in a command: with an owner, or of PUB. */
    static Set<String> granted(String names) {
        Set<String> found = new HashSet<>();
        for (String name : names.split(",")) {
            String upper = name.strip().toUpperCase(Locale.ROOT);
            if (!upper.isEmpty())
                found.add(upper.contains(".") ? upper : "PUB." + upper);
        }
        return found;
    }

    synchronized List<Grant> grants(Collection<Table> tables) {
        List<Grant> grants = new ArrayList<>();
        for (User user : users.values()) {
            for (Table table : tables) {
                if (!user.isDba() && !table.isSystem() && mayRead(user.name(), table))
                    grants.add(new Grant(user.name(), table));
            }
        }
        return grants;
    }
}
