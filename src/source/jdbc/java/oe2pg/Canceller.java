package oe2pg;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;

/**
 * Ends what another thread waits for, in a thread of its own: a driver's cancel may itself wait, for
 * a dead network or for the very call that it is to end.
 */
final class Canceller extends Thread implements Executor {
    private final Statement statement; // null: the connection is dropped instead
    private final Connection connection;
    private volatile boolean isDone;

    private Canceller(Connection connection, Statement statement) {
        super("oe2pg cancels");
        this.connection = connection;
        this.statement = statement;
        setDaemon(true);
    }

    /** A driver that does not cancel within the time can still drop its connection. */
    static void cancel(Connection connection, Statement statement, long milliseconds)
        throws InterruptedException {
        if (new Canceller(connection, statement).runFor(milliseconds))
            return;
        new Canceller(connection, null).runFor(milliseconds);
    }

    /** Whoever waits for an answer of this connection waits no longer. */
    static void drop(Connection connection, long milliseconds) throws InterruptedException {
        new Canceller(connection, null).runFor(milliseconds);
    }

    private boolean runFor(long milliseconds) throws InterruptedException {
        start();
        join(milliseconds);
        return isDone;
    }

    @Override
    public void run() {
        try {
            if (statement != null)
                statement.cancel();
            else
                abort();
            isDone = true;
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            isDone = false;
        }
    }

    /** Drivers from before JDBC 4.1 have no abort; to be closed may have to wait, as cancelling may. */
    private void abort() throws SQLException {
        try {
            connection.abort(this);
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            connection.close();
        }
    }

    /** For abort: in this thread. */
    @Override
    public void execute(Runnable task) {
        task.run();
    }
}
