package oe;

import com.ddtek.jdbc.openedge.Wire;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An OpenEdge database for tests, as its SQL shows it.
 *
 * <p>java -cp h2.jar:lookalike.jar oe.Server PORT DATABASE SCHEMA...
 *
 * <p>A SCHEMA is sports2020 or pathology, which come with the program, or a folder with dumps. It
 * answers with its port when it is ready, and then reads commands from standard input (Admin.java).
 * It ends with its input.
 */
final class Server {
    final Store store;
    final Users users = new Users();
    final Switches switches = new Switches();
    final Journal journal = new Journal();
    final Locks locks = new Locks();
    final Mishaps mishaps = new Mishaps();
    final Activity activity = new Activity();
    final Capture capture;
    final Metaschema metaschema;
    private final String database;
    private final ServerSocket socket;
    private final Map<Integer, Conversation> conversations = new ConcurrentHashMap<>();
    private int lastNumber;

    private Server(int port, String database) throws Exception {
        store = new Store();
        store.loadOwnSchema("metaschema.df", "PUB", "S");
        store.loadOwnSchema("sysprogress.df", "SYSPROGRESS", "S");
        this.database = database;
        capture = new Capture(store, switches);
        metaschema = new Metaschema(store, users, switches, capture, database);
        users.reset();
        socket = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
    }

    public static void main(String[] arguments) throws Exception {
        DataOutputStream out = new DataOutputStream(System.out);
        System.setOut(System.err);
        Server server = new Server(Integer.parseInt(arguments[0]), arguments[1]);
        for (String schema : List.of(arguments).subList(2, arguments.length))
            server.load(schema);
        server.metaschema.refresh();
        Thread listener = new Thread(server::listen, "listener");
        listener.setDaemon(true);
        listener.start();
        Admin admin = new Admin(server, server.socket.getLocalPort());
        Admin.say(out, Integer.toString(server.socket.getLocalPort()));
        admin.serve(new DataInputStream(System.in), out);
        System.exit(0);
    }

    private void load(String schema) throws Exception {
        Path folder = Path.of(schema);
        if (Files.isDirectory(folder)) {
            note(store.loadFolder(folder) + " records from " + folder.getFileName());
            return;
        }
        store.loadOwnSchema(schema + ".df", "PUB", "T");
        if (schema.equals("sports2020"))
            new Sports(store).fill();
        else
            new Pathology(store).fill();
    }

    /** All as at the start, but for the tables. */
    void reset() throws Exception {
        capture.reset();
        store.schema.dropSynonyms();
        switches.reset();
        users.reset();
        locks.clear();
        mishaps.clear();
        activity.restart();
        journal.clear();
    }

    void note(String text) {
        System.err.println(text);
    }

    // --- connections

    private void listen() {
        for (;;) {
            try {
                Socket accepted = socket.accept();
                Thread thread = new Thread(
                    new Conversation(this, new Wire(accepted), ++lastNumber), "connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                note("listening: " + e.getMessage());
                return;
            }
        }
    }

    /** Lets somebody in, or says why not. */
    synchronized void admit(Conversation who, Map<String, String> properties) throws Refusal {
        journal.count("login_attempts");
        int servers = switches.number("servers");
        if (servers > 0 && journal.open() >= servers)
            throw Refusal.unknown(switches, "No more servers are available.", "08004", 20020);
        if (!isOurs(properties.getOrDefault("databaseName", "")))
            throw Refusal.unknown(switches, "Cannot find or open the database.", "08004", 20022);
        boolean isRefused = switches.takeOne("refuse_logins");
        if (isRefused || users.logIn(who.user(), properties.getOrDefault("password", "")) == null)
            throw Refusal.unknown(switches, "Access denied (Authorization failed)", "28000", 20021);
        conversations.put(who.number(), who);
        journal.opened();
    }

    /** The name may be followed by the broker's part of its configuration: db[-mdbq:cfg]. */
    private boolean isOurs(String name) {
        int bracket = name.indexOf('[');
        return database.equalsIgnoreCase(bracket < 0 ? name : name.substring(0, bracket));
    }

    void left(Conversation who) {
        if (conversations.remove(who.number()) != null)
            journal.closed();
    }

    /** False when nobody is there to answer. */
    boolean cancel(int number) {
        Conversation other = conversations.get(number);
        if (other == null)
            return true;
        if (other.isStalled())
            return false;
        other.cancel();
        return true;
    }

    /** Connections that share the lock of the schema, so that it cannot be altered. */
    List<Integer> schemaHolders() {
        List<Integer> holders = new ArrayList<>();
        for (Conversation conversation : conversations.values()) {
            if (conversation.isInTransaction())
                holders.add(conversation.number());
        }
        return holders;
    }
}
