import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/**
 * A JDBC driver that refuses every connection, as elaborately as real ones do: an exception without
 * a state, causes that form a ring, a next exception with the state, and secrets in all of them.
 * Asked to, it ends the process instead, as no driver should.
 */
public class OddDriver extends BareDriver {
    public OddDriver() {
        super("jdbc:odd:");
    }

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
}
