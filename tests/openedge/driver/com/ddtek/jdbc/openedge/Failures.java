package com.ddtek.jdbc.openedge;

import java.io.DataInputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTimeoutException;

/** Exceptions in the driver's frame; the server's own texts stand in a third bracket. */
final class Failures {
    private static final String DRIVER = "[DataDirect][OpenEdge JDBC Driver]";
    private static final String SERVER = DRIVER + "[OpenEdge] ";

    private Failures() {}

    /** As the server told it: text, SQLSTATE, native code. */
    static SQLException take(DataInputStream from) throws IOException {
        String text = Wire.takeText(from);
        String state = Wire.takeText(from);
        int code = from.readInt();
        if (state.equals("HYT00"))
            return new SQLTimeoutException(SERVER + text, state, code);
        return new SQLException(SERVER + text, state, code);
    }

    static SQLException driver(String text, String state) {
        return new SQLException(DRIVER + text, state);
    }

    static SQLException broken(IOException cause) {
        return broken(cause, "08S01");
    }

    static SQLException broken(IOException cause, String state) {
        String text = cause.getMessage() == null ? "Socket closed" : cause.getMessage();
        return new SQLException(DRIVER + text, state, cause);
    }

    static SQLException unsupported(String what) {
        return new SQLFeatureNotSupportedException(DRIVER + "Unsupported method: " + what, "0A000");
    }
}
