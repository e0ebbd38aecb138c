import java.io.IOException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;

/**
 * A JDBC driver that refuses every connection, as elaborately as real ones do: an exception without
 * a state, causes that form a ring, a next exception with the state, and secrets in all of them.
 * Asked to, it ends the process instead, as no driver should.
 */
public class OddDriver implements Driver {
    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        if (url.endsWith(":exit"))
            System.exit(7);
        SQLException thrown = new SQLException("no way to " + url);
        IOException cause =
            new IOException("the pipe of " + properties.getProperty("password") + " is broken");
        cause.initCause(thrown);
        thrown.initCause(cause);
        thrown.setNextException(new SQLException(
            "asleep until " + properties.getProperty("wakeToken"), "08S01", 4711));
        throw thrown;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith("jdbc:odd:");
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
