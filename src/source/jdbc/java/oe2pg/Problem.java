package oe2pg;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;

/** What went wrong, in words that C understands (jni_error.c). */
final class Problem {
    // In the order of enum problem_kind in jni_error.c.
    private static final int SQL = 0;
    private static final int MEMORY = 1;
    private static final int CLASS = 2;
    private static final int OTHER = 3;

    // A driver that builds a ring of causes must not keep us here.
    private static final int DEPTH_MAX = 20;

    private String state = "";
    private int code;
    private int kind = OTHER;
    private int column = -1;
    private final StringBuilder message = new StringBuilder();

    private Problem() {}

    /** A parcel: kind, column (-1: none), vendor code, SQLSTATE, message. */
    static byte[] describe(Throwable thrown) {
        Problem problem = new Problem();
        try {
            problem.take(thrown, 0);
        } catch (Throwable again) { // the driver's own exception class may fail as well
            problem.add(again.getClass().getName());
        }
        return new Parcel()
            .putNumber(problem.kind)
            .putNumber(problem.column)
            .putNumber(problem.code)
            .putText(problem.state)
            .putText(problem.message.toString())
            .bytes();
    }

    private void take(Throwable thrown, int depth) {
        if (thrown == null || depth > DEPTH_MAX)
            return;
        if (thrown instanceof ValueFailure) {
            column = ((ValueFailure) thrown).column;
            take(thrown.getCause(), depth + 1);
            return;
        }
        if (thrown instanceof SQLException)
            takeSql((SQLException) thrown);
        else
            takeOther(thrown);
        take(thrown.getCause(), depth + 1);
        if (thrown instanceof SQLException)
            take(((SQLException) thrown).getNextException(), depth + 1);
    }

    private void takeSql(SQLException thrown) {
        String own = thrown.getSQLState();
        if (own == null || own.isEmpty())
            own = stateOfClass(thrown);
        if (kind == OTHER)
            kind = SQL;
        if (state.isEmpty())
            state = own;
        if (code == 0)
            code = thrown.getErrorCode();
        add(thrown.getMessage() != null ? thrown.getMessage() : thrown.getClass().getName());
    }

    private void takeOther(Throwable thrown) {
        if (thrown instanceof MissingDriver) {
            kind = CLASS;
            add(thrown.getMessage());
            return;
        }
        if (thrown instanceof OutOfMemoryError)
            kind = MEMORY;
        else if (thrown instanceof ClassNotFoundException || thrown instanceof LinkageError)
            kind = CLASS;
        String text = thrown.getMessage();
        String name = thrown.getClass().getName();
        add(text == null ? name : name.concat(": ").concat(text));
    }

    /** Drivers that leave the state empty may still have chosen a class that says it. */
    private static String stateOfClass(SQLException thrown) {
        if (thrown instanceof SQLTimeoutException)
            return "HYT00";
        if (thrown instanceof SQLInvalidAuthorizationSpecException)
            return "28000";
        if (thrown instanceof SQLFeatureNotSupportedException)
            return "0A000";
        if (thrown instanceof SQLNonTransientConnectionException
            || thrown instanceof SQLTransientConnectionException
            || thrown instanceof SQLRecoverableException)
            return "08000";
        return "";
    }

    /** Causes mostly repeat what was said. */
    private void add(String text) {
        if (message.indexOf(text) >= 0)
            return;
        if (message.length() > 0)
            message.append(": ");
        message.append(text);
    }
}
