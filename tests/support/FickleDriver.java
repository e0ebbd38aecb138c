import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Map;
import java.util.Properties;

/**
 * A JDBC driver that is not at one with its own catalogue: another one's, which it loads, behind
 * jdbc:fickle:HOW:URL. HOW is "lying" where its results say of each column that it is of a type of
 * another kind, and "moving" where the table MOVING gets another type just before it is first read,
 * as somebody else might alter it.
 */
public class FickleDriver extends OddDriver {
    private static final String PREFIX = "jdbc:fickle:";
    private static final Map<String, Class<?>> WRAPPED = Map.of(
        "createStatement", Statement.class, "prepareStatement", PreparedStatement.class,
        "executeQuery", ResultSet.class, "getResultSet", ResultSet.class,
        "getMetaData", ResultSetMetaData.class);
    private static boolean hasMoved;

    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        String[] parts = url.substring(PREFIX.length()).split(":", 2);
        Connection connection = behind().connect(parts[1], properties);
        return (Connection) wrap(Connection.class, connection, connection, parts[0]);
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    private static Driver behind() throws SQLException {
        try {
            return (Driver) Class.forName("org.h2.Driver").getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new SQLException("no driver to stand before", e);
        }
    }

    private static Object wrap(Class<?> type, Object inner, Connection connection, String how) {
        return Proxy.newProxyInstance(FickleDriver.class.getClassLoader(), new Class<?>[] {type},
            (proxy, method, arguments) -> {
                if (arguments != null && arguments[0] instanceof String sql && how.equals("moving"))
                    moveBefore(sql, connection);
                Object result;
                try {
                    result = method.invoke(inner, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
                if (method.getName().equals("getColumnType") && how.equals("lying"))
                    return other((Integer) result);
                Class<?> made = WRAPPED.get(method.getName());
                return made != null && made.isInstance(result)
                    ? wrap(made, result, connection, how) : result;
            });
    }

    private static int other(int type) {
        boolean isText = type == Types.VARCHAR || type == Types.CHAR || type == Types.CLOB;
        return isText ? Types.INTEGER : Types.VARCHAR;
    }

    /** Once: whoever connects next finds it as it is. */
    private static synchronized void moveBefore(String sql, Connection connection)
        throws SQLException {
        if (hasMoved || !sql.startsWith("SELECT") || !sql.contains("FROM \"PUBLIC\".\"MOVING\""))
            return;
        hasMoved = true;
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE MOVING ALTER COLUMN V VARCHAR(20)");
        }
    }
}
