package oe;

import java.sql.SQLException;
import java.util.List;

/** An open result. */
interface Rows {
    /** Rows, whether they are the last, and what failed behind them, or null. */
    record Block(List<Object[]> rows, boolean isAtEnd, Refusal refusal) {}

    List<Compiled.Out> outs();

    /** Whether it is of a table that the database is there for. */
    boolean isOfUser();

    Block fetch(int count) throws SQLException;

    /** The bytes of a large value of the last block; null when there is no such value. */
    byte[] large(int number);

    /** Its transaction has ended. */
    void kill();

    void close() throws SQLException;
}
