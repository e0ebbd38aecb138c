import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * A JDBC driver whose statements return a few rows at most, whatever they are told: H2's, which it
 * loads, behind jdbc:limited:ROWS:HOW:URL. HOW is "told" where getMaxRows says so, "kept" where it
 * fails, and "lifted" where the limit is only what a statement begins with.
 */
public class LimitedDriver extends BareDriver {
    private static final String PREFIX = "jdbc:limited:";

    private final Driver driver;

    public LimitedDriver() throws ReflectiveOperationException {
        super(PREFIX);
        driver = (Driver) Class.forName("org.h2.Driver").getDeclaredConstructor().newInstance();
    }

    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        String[] parts = url.substring(PREFIX.length()).split(":", 3);
        Connection connection = driver.connect(parts[2], properties);
        return wrap(Connection.class, connection, Integer.parseInt(parts[0]), parts[1]);
    }

    private static <T> T wrap(Class<T> type, Object inner, int rows, String how) {
        return type.cast(Proxy.newProxyInstance(LimitedDriver.class.getClassLoader(),
            new Class<?>[] {type}, (proxy, method, arguments) -> {
                String name = method.getName();
                boolean isFixed = !how.equals("lifted");
                if (name.equals("getMaxRows") && how.equals("kept"))
                    throw new SQLException("not here", "0A000");
                if (name.equals("setMaxRows") && isFixed)
                    return null;
                Object result;
                try {
                    result = method.invoke(inner, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
                if (!name.equals("createStatement") && !name.equals("prepareStatement"))
                    return result;
                ((Statement) result).setMaxRows(rows);
                Class<? extends Statement> made =
                    name.equals("createStatement") ? Statement.class : PreparedStatement.class;
                return wrap(made, result, rows, how);
            }));
    }
}
