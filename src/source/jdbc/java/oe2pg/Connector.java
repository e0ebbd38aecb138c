package oe2pg;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.Properties;

/** Connects in a thread of its own, because not every driver knows a limit of time. */
final class Connector extends Thread {
    private final Driver driver;
    private final String url;
    private final Properties properties;
    private Connection connection;
    private Throwable failure;
    private boolean isDone;
    private boolean isGivenUp;

    private Connector(Driver driver, String url, Properties properties) {
        super("oe2pg connects");
        this.driver = driver;
        this.url = url;
        this.properties = properties;
        setDaemon(true);
        setContextClassLoader(driver.getClass().getClassLoader());
    }

    /** Null when the driver says that the URL is none of its own. */
    static Connection connect(Driver driver, String url, Properties properties, int seconds)
        throws Throwable {
        Connector connector = new Connector(driver, url, properties);
        connector.start();
        return connector.await(seconds);
    }

    @Override
    public void run() {
        Connection made = null;
        Throwable thrown = null;
        try {
            made = driver.connect(url, properties);
        } catch (Throwable e) {
            thrown = e;
        }
        if (finish(made, thrown) || made == null)
            return;
        try {
            made.close(); // nobody waits for it any more
        } catch (SQLException e) {
            return;
        }
    }

    /** False when nobody waits. */
    private synchronized boolean finish(Connection made, Throwable thrown) {
        connection = made;
        failure = thrown;
        isDone = true;
        notifyAll();
        return !isGivenUp;
    }

    private synchronized Connection await(int seconds) throws Throwable {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (!isDone) {
            long left = (deadline - System.nanoTime()) / 1_000_000L;
            if (seconds > 0 && left <= 0) {
                isGivenUp = true;
                throw new SQLTimeoutException("no answer within " + seconds + " s", "08001");
            }
            wait(seconds > 0 ? left : 0);
        }
        if (failure != null)
            throw failure;
        return connection;
    }
}
