package oe2pg;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Whether a connection is dead, asked behind a statement that failed. In a thread of its own: the
 * answer may never come, and then there is no other.
 */
final class Pulse extends Thread {
    private static final int ANSWER_S = 3;
    private static final long ANSWER_MS = 5000; // with what comes before and behind

    private final Session session;
    private final Connection connection;
    private final Statement failed;
    private volatile boolean isDead = true;

    private Pulse(Session session, Connection connection, Statement failed) {
        super("oe2pg asks for life");
        this.session = session;
        this.connection = connection;
        this.failed = failed;
        setDaemon(true);
    }

    /** `failed` is closed: some drivers answer nothing while a result is open. It may be null. */
    static boolean isDead(Session session, Connection connection, Statement failed)
        throws InterruptedException {
        Pulse pulse = new Pulse(session, connection, failed);
        pulse.start();
        pulse.join(ANSWER_MS);
        return pulse.isDead;
    }

    @Override
    public void run() {
        end(failed);
        isDead = isClosed() || !isValid();
        end(null);
    }

    /** No transaction is left open either. */
    private void end(Statement statement) {
        try {
            session.ended(statement);
        } catch (SQLException | RuntimeException e) {
            return; // the connection is asked, not the statement
        }
    }

    private boolean isClosed() {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Who does not know this question may still have found out by now. */
    private boolean isValid() {
        try {
            return connection.isValid(ANSWER_S);
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            return !isClosed();
        }
    }
}
