import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A throw-away database server for tests, and a client program for it: H2, HSQLDB or Derby.
 *
 * <p>java -cp JARS JdbcServer.java PRODUCT PORT FOLDER
 *
 * <p>Prints its URL when it is ready. Then it reads SQL from standard input, each as four bytes of
 * size and UTF-8, runs its statements, and answers in the same form: JSON, an array of the rows of
 * the last query, or {"error": ...}. It ends with its input.
 *
 * <p>java -cp JARS JdbcServer.java RUN URL SQL runs one statement on such a server.
 */
class JdbcServer {
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("RUN")) {
            try (Connection connection = DriverManager.getConnection(arguments[1], "sa", "sa");
                Statement statement = connection.createStatement()) {
                statement.execute(arguments[2]);
            }
            return;
        }
        String product = arguments[0];
        String port = arguments[1];
        String folder = arguments[2];
        DataOutputStream out = new DataOutputStream(System.out);
        System.setOut(System.err);
        String url = start(product, port, folder);
        try (Connection connection = DriverManager.getConnection(url, "sa", "sa")) {
            say(out, url);
            serve(connection, new DataInputStream(System.in), out);
        }
        System.exit(0);
    }

    private static String start(String product, String port, String folder) throws Exception {
        switch (product) {
        case "H2":
            Class.forName("org.h2.tools.Server").getMethod("main", String[].class).invoke(null,
                (Object) new String[] {
                    "-tcp", "-tcpPort", port, "-ifNotExists", "-baseDir", folder});
            return "jdbc:h2:tcp://127.0.0.1:" + port + "/mem:source;DB_CLOSE_DELAY=-1";
        case "HSQLDB":
            Object server = Class.forName("org.hsqldb.server.Server").getDeclaredConstructor()
                .newInstance();
            Class<?> kind = server.getClass();
            kind.getMethod("setPort", int.class).invoke(server, Integer.parseInt(port));
            kind.getMethod("setAddress", String.class).invoke(server, "127.0.0.1");
            kind.getMethod("setSilent", boolean.class).invoke(server, true);
            kind.getMethod("setDatabaseName", int.class, String.class).invoke(server, 0, "source");
            kind.getMethod("setDatabasePath", int.class, String.class).invoke(server, 0,
                "mem:source;user=sa;password=sa");
            kind.getMethod("start").invoke(server);
            return "jdbc:hsqldb:hsql://127.0.0.1:" + port + "/source";
        default:
            System.setProperty("derby.system.home", folder);
            System.setProperty("derby.stream.error.file", folder + "/derby.log");
            Class<?> control = Class.forName("org.apache.derby.drda.NetworkServerControl");
            Object network = control.getConstructor(InetAddress.class, int.class)
                .newInstance(InetAddress.getByName("127.0.0.1"), Integer.parseInt(port));
            control.getMethod("start", PrintWriter.class).invoke(network, new PrintWriter(System.err));
            for (int i = 0;; i++) {
                try {
                    control.getMethod("ping").invoke(network);
                    break;
                } catch (ReflectiveOperationException e) {
                    if (i == 100)
                        throw e;
                    Thread.sleep(100);
                }
            }
            String url = "jdbc:derby://127.0.0.1:" + port + "/source";
            DriverManager.getConnection(url + ";create=true", "sa", "sa").close();
            return url;
        }
    }

    private static void say(DataOutputStream out, String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private static void serve(Connection connection, DataInputStream in, DataOutputStream out)
        throws Exception {
        for (;;) {
            byte[] bytes;
            try {
                bytes = new byte[in.readInt()];
            } catch (java.io.EOFException e) {
                return;
            }
            in.readFully(bytes);
            StringBuilder answer = new StringBuilder();
            String sql = "";
            try (Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                for (String one : split(new String(bytes, StandardCharsets.UTF_8))) {
                    sql = one;
                    answer.setLength(0);
                    if (insertLarge(connection, one))
                        continue;
                    if (statement.execute(one)) {
                        try (ResultSet result = statement.getResultSet()) {
                            print(result, answer);
                        }
                    }
                }
                if (answer.length() == 0)
                    answer.append("[]");
            } catch (SQLException e) {
                answer.setLength(0);
                answer.append("{\"error\": ");
                quote(e.getMessage() + " in " + sql.substring(0, Math.min(200, sql.length())),
                    answer);
                answer.append("}");
            }
            say(out, answer.toString());
        }
    }

    private static final Pattern LARGE =
        Pattern.compile("(?:CAST\\()?X'([0-9a-f]*)'(?: AS BLOB\\))?|'((?:[^']++|'')*+)'");
    private static final int LARGE_SIZE = 1000;

    /** Derby knows no large literals: they become parameters. */
    private static boolean insertLarge(Connection connection, String sql) throws SQLException {
        if (!sql.stripLeading().startsWith("INSERT") || !sql.contains("'"))
            return false;
        List<Object> values = new ArrayList<>();
        Matcher matcher = LARGE.matcher(sql);
        StringBuilder prepared = new StringBuilder();
        while (matcher.find()) {
            boolean isText = matcher.group(1) == null;
            if (isText && matcher.group(2).length() < LARGE_SIZE) {
                matcher.appendReplacement(prepared, Matcher.quoteReplacement(matcher.group()));
                continue;
            }
            values.add(isText ? matcher.group(2).replace("''", "'")
                : HexFormat.of().parseHex(matcher.group(1)));
            matcher.appendReplacement(prepared, "?");
        }
        if (values.isEmpty())
            return false;
        matcher.appendTail(prepared);
        try (PreparedStatement statement = connection.prepareStatement(prepared.toString())) {
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i) instanceof byte[])
                    statement.setBytes(i + 1, (byte[]) values.get(i));
                else
                    statement.setString(i + 1, (String) values.get(i));
            }
            statement.executeUpdate();
        }
        return true;
    }

    /** At semicolons outside of quotes. */
    private static List<String> split(String sql) {
        List<String> statements = new ArrayList<>();
        char quote = 0;
        int start = 0;
        for (int i = 0; i <= sql.length(); i++) {
            char c = i < sql.length() ? sql.charAt(i) : ';';
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == ';') {
                if (!sql.substring(start, i).isBlank())
                    statements.add(sql.substring(start, i));
                start = i + 1;
            }
        }
        return statements;
    }

    private static void print(ResultSet result, StringBuilder out) throws SQLException {
        int count = result.getMetaData().getColumnCount();
        String separator = "[";
        while (result.next()) {
            out.append(separator).append('[');
            separator = ", ";
            for (int i = 1; i <= count; i++) {
                out.append(i > 1 ? ", " : "");
                print(result, i, out);
            }
            out.append(']');
        }
        out.append(separator.equals("[") ? "[]" : "]");
    }

    private static void print(ResultSet result, int i, StringBuilder out) throws SQLException {
        Object value = result.getObject(i);
        if (value instanceof Clob) { // Derby lets it be looked at once
            Clob clob = (Clob) value;
            quote(clob.getSubString(1, (int) clob.length()), out);
            return;
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof byte[] || value instanceof java.sql.Blob) {
            byte[] bytes = value instanceof byte[] ? (byte[]) value
                : ((java.sql.Blob) value).getBytes(1, (int) ((java.sql.Blob) value).length());
            out.append("{\"binary\": \"");
            for (byte b : bytes)
                out.append(String.format("%02x", b));
            out.append("\"}");
        } else {
            String text = value instanceof java.math.BigDecimal
                ? ((java.math.BigDecimal) value).toPlainString() : result.getString(i);
            // HSQLDB writes 3:04:05.
            quote(value instanceof java.sql.Time && text.indexOf(':') == 1 ? "0" + text : text, out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\')
                out.append('\\').append(c);
            else if (c < 0x20)
                out.append(String.format("\\u%04x", (int) c));
            else
                out.append(c);
        }
        out.append('"');
    }
}
