package oe;

import com.ddtek.jdbc.openedge.Wire;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One connection of a driver, from its login to its end, in a thread of its own. */
final class Conversation implements Runnable {
    private static final int CURSORS_MAX = 50;

    private final Server server;
    private final Wire wire;
    private final int number;
    private final Map<Integer, Rows> cursors = new HashMap<>();
    private String user = "";
    private Front front;
    private Connection connection;
    private volatile Runner runner;
    private int lastCursor;
    private String fetchKind = "fetch"; // of the last one, as Mishaps.java has it
    private boolean isAutoCommit = true;
    private boolean isInTransaction;

    Conversation(Server server, Wire wire, int number) {
        this.server = server;
        this.wire = wire;
        this.number = number;
    }

    int number() {
        return number;
    }

    String user() {
        return user;
    }

    int isolation() {
        return front.isolation;
    }

    boolean isAutoCommit() {
        return isAutoCommit;
    }

    /** While it is, the schema is locked for sharing. */
    synchronized boolean isInTransaction() {
        return isInTransaction;
    }

    private synchronized void setInTransaction(boolean value) {
        isInTransaction = value;
    }

    @Override
    public void run() {
        try {
            DataInputStream first = wire.receive();
            int what = first.readByte();
            if (what == Wire.CANCEL)
                cancelOther(first);
            else if (logIn(first))
                converse();
        } catch (EOFException e) {
            server.journal.count("left"); // as everybody does in the end
        } catch (IOException | SQLException e) {
            server.note("connection " + number + ": " + e.getMessage());
        } finally {
            end();
        }
    }

    private void end() {
        wire.close();
        if (front == null)
            return;
        try {
            closeAll();
            connection.close();
        } catch (SQLException e) {
            server.note("connection " + number + ": " + e.getMessage());
        }
        setInTransaction(false);
        server.left(this);
    }

    // --- coming in

    private boolean logIn(DataInputStream from) throws IOException, SQLException {
        Map<String, String> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int count = from.readInt(); count > 0; count--)
            properties.put(Wire.takeText(from), Wire.takeText(from));
        user = properties.getOrDefault("user", "");
        try {
            server.admit(this, properties);
        } catch (Refusal e) {
            server.mishaps.send(wire, failure(e), "login");
            return false;
        }
        connection = Store.connect();
        front = new Front(server, user, properties);
        runner = new Runner(server, front, connection);
        Map<String, String> facts = new HashMap<>(server.switches.forDriver());
        facts.put("connection", Integer.toString(number));
        facts.put("version", server.switches.get("version"));
        Wire.Body body = new Wire.Body(Wire.OK).number(facts.size());
        for (Map.Entry<String, String> fact : facts.entrySet())
            body.text(fact.getKey()).text(fact.getValue());
        server.mishaps.send(wire, body, "login");
        return true;
    }

    private void cancelOther(DataInputStream from) throws IOException {
        if (server.cancel(Integer.parseInt(Wire.takeText(from))))
            wire.send(new Wire.Body(Wire.OK));
        else
            wire.receive();
    }

    boolean isStalled() {
        return server.mishaps.isStalled(wire);
    }

    void cancel() {
        runner.cancel();
    }

    // --- questions and answers

    private void converse() throws IOException, SQLException {
        for (;;) {
            DataInputStream question = wire.receive();
            int what = question.readByte();
            Wire.Body answer;
            try {
                answer = answer(what, question);
            } catch (Refusal e) {
                answer = failure(e);
            } catch (SQLException e) {
                server.note("the store: " + e.getMessage());
                answer = failure(front.broken(e));
            }
            server.mishaps.send(wire, answer, what == Wire.FETCH ? fetchKind
                : what == Wire.EXECUTE ? "execute" : "");
        }
    }

    private static Wire.Body failure(Refusal e) throws IOException {
        return refuse(new Wire.Body(Wire.FAILED), e);
    }

    private static Wire.Body refuse(Wire.Body body, Refusal e) throws IOException {
        return body.text(e.getMessage()).text(e.state).number(e.code);
    }

    private Wire.Body answer(int what, DataInputStream from)
        throws IOException, SQLException, Refusal {
        return switch (what) {
        case Wire.PREPARE -> prepare(Wire.takeText(from));
        case Wire.EXECUTE -> execute(from);
        case Wire.FETCH -> fetch(from.readInt(), from.readInt());
        case Wire.CLOSE -> close(from.readInt());
        case Wire.SET -> set(Wire.takeText(from), Wire.takeText(from));
        case Wire.CATALOG -> catalog(from);
        case Wire.LOB -> large(from);
        default -> throw new IOException("question " + what);
        };
    }

    private Wire.Body prepare(String sql) throws IOException, Refusal {
        Map<String, Object> line = heard("prepares", sql);
        try {
            if (!Front.isDoneAtOnce(sql))
                front.compile(sql);
            return new Wire.Body(Wire.OK);
        } catch (Refusal e) {
            server.journal.failed(line, e.getMessage());
            throw e;
        }
    }

    private Map<String, Object> heard(String kind, String sql) {
        if (Front.isWrite(sql))
            server.journal.count("writes");
        return server.journal.statement(this, kind, sql);
    }

    private Wire.Body execute(DataInputStream from) throws IOException, SQLException, Refusal {
        String sql = Wire.takeText(from);
        int maxRows = from.readInt();
        int timeout = from.readInt();
        List<Object> parameters = new ArrayList<>();
        for (int count = from.readInt(); count > 0; count--)
            parameters.add(Wire.takeValue(from));
        Map<String, Object> line = heard("statements", sql);
        try {
            server.metaschema.refresh();
            if (Activity.isAskedBy(sql))
                server.metaschema.refresh(server.activity);
            Compiled compiled = front.compile(sql);
            if (compiled == null)
                return new Wire.Body(Wire.OK).flag(false);
            return open(compiled, parameters, maxRows, timeout > 0 ? timeout : front.queryTimeout);
        } catch (Refusal e) {
            server.journal.failed(line, e.getMessage());
            throw e;
        }
    }

    private Wire.Body open(Compiled compiled, List<Object> parameters, int maxRows, int timeout)
        throws IOException, SQLException, Refusal {
        if (cursors.size() >= CURSORS_MAX)
            throw Refusal.tooMuch(front.switches, "open cursors");
        if (parameters.size() < compiled.parameterCount)
            throw Refusal.unknown(front.switches, "Too few parameters", "07001", 20015);
        setInTransaction(true);
        // Each statement is a transaction of its own, and may end that of others.
        if (isAutoCommit && server.switches.is("autocommit_cursors", "closed"))
            cursors.values().forEach(Rows::kill);
        return opened(runner.run(compiled, parameters, maxRows, timeout));
    }

    private Wire.Body opened(Rows rows) throws IOException {
        cursors.put(++lastCursor, rows);
        List<Compiled.Out> outs = rows.outs();
        Wire.Body body = new Wire.Body(Wire.OK).flag(true);
        body.number(lastCursor).number(outs.size());
        for (Compiled.Out out : outs) {
            body.text(out.name).text(out.table == null ? "" : out.table.name).number(out.type);
            body.text(out.typeName).number(out.precision).number(out.scale);
            body.flag(out.isNullable).flag(out.field != null && out.field.isCaseSensitive);
        }
        return body;
    }

    private Wire.Body fetch(int cursor, int count) throws IOException, SQLException, Refusal {
        server.journal.count("fetches");
        Rows rows = cursors.get(cursor);
        if (rows == null)
            throw Refusal.unknown(front.switches, "The cursor is not open.", "24000", 20012);
        fetchKind = rows.isOfUser() ? "read" : "fetch";
        runner.pause(fetchKind, 0);
        Rows.Block block = rows.fetch(count);
        if (block.refusal() != null && block.rows().isEmpty())
            throw block.refusal();
        Wire.Body body =
            new Wire.Body(block.refusal() == null ? Wire.OK : Wire.OK_THEN_FAILED);
        body.number(block.rows().size());
        for (Object[] row : block.rows()) {
            for (Object value : row)
                body.value(value);
        }
        body.flag(block.isAtEnd());
        return block.refusal() == null ? body : refuse(body, block.refusal());
    }

    private Wire.Body large(DataInputStream from) throws IOException, Refusal {
        int wanted = from.readInt();
        long offset = (Long) Wire.takeValue(from);
        int size = from.readInt();
        for (Rows rows : cursors.values()) {
            byte[] bytes = rows.large(wanted);
            if (bytes == null)
                continue;
            int start = (int) Math.min(offset, bytes.length);
            int end = Math.min(bytes.length, start + size);
            return new Wire.Body(Wire.OK).value(java.util.Arrays.copyOfRange(bytes, start, end));
        }
        throw Refusal.unknown(front.switches, "The large value is gone.", "24000", 20018);
    }

    private Wire.Body catalog(DataInputStream from) throws IOException, Refusal {
        String what = Wire.takeText(from);
        List<String> arguments = new ArrayList<>();
        for (int count = from.readInt(); count > 0; count--)
            arguments.add((String) Wire.takeValue(from));
        server.journal.statement(this, "catalogue_calls", what + " " + arguments);
        return opened(CatalogRows.answer(what, arguments, front, server.store.schema));
    }

    // --- transactions

    private Wire.Body close(int cursor) throws IOException, SQLException {
        Rows rows = cursors.remove(cursor);
        if (rows != null)
            rows.close();
        if (isAutoCommit && cursors.isEmpty())
            setInTransaction(false);
        return new Wire.Body(Wire.OK);
    }

    private void closeAll() throws SQLException {
        for (Rows rows : cursors.values())
            rows.close();
        cursors.clear();
    }

    private void endTransaction() {
        if (server.switches.is("cursor_over_commit", "closed"))
            cursors.values().forEach(Rows::kill);
        setInTransaction(false);
    }

    private Wire.Body set(String name, String value) throws IOException, Refusal {
        switch (name) {
        case "autocommit" -> {
            isAutoCommit = value.equals("1");
            endTransaction();
        }
        case "commit", "rollback" -> {
            server.journal.count(name + "s");
            endTransaction();
        }
        case "isolation" -> front.isolation = Integer.parseInt(value);
        case "ping" -> server.journal.count("pings");
        default -> throw Refusal.unknown(front.switches, "no option " + name, "HY092", 20019);
        }
        return new Wire.Body(Wire.OK);
    }
}
