package oe2pg;

import java.sql.SQLException;
import java.sql.Statement;

/**
 * Takes off a statement what its driver, or an option of it, limits results to. Each returns what is
 * left: 0 no limit, -1 where the driver does not say.
 */
final class Unlimited {
    private Unlimited() {}

    static int rows(Statement statement) throws SQLException {
        try {
            if (statement.getMaxRows() != 0)
                statement.setMaxRows(0);
            return statement.getMaxRows();
        } catch (SQLException | RuntimeException e) {
            statement.clearWarnings();
            return -1;
        }
    }

    static int fieldSize(Statement statement) throws SQLException {
        try {
            if (statement.getMaxFieldSize() != 0)
                statement.setMaxFieldSize(0);
            return statement.getMaxFieldSize();
        } catch (SQLException | RuntimeException e) {
            statement.clearWarnings();
            return -1;
        }
    }
}
