import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * The limit of reading by JDBC: a loop in Java that takes every value as a String and throws it
 * away. Prints rows, characters, seconds of the read alone.
 *
 * <p>java -Xmx128m -XX:+UseSerialGC -cp DRIVER.jar BareLoop.java URL USER TABLE [FETCH_SIZE]
 */
class BareLoop {
    public static void main(String[] arguments) throws Exception {
        int fetchSize = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1000;
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], null);
            Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.setFetchSize(fetchSize);
            long begin = System.nanoTime();
            long rows = 0;
            long characters = 0;
            try (ResultSet result = statement.executeQuery("SELECT * FROM " + arguments[2])) {
                int count = result.getMetaData().getColumnCount();
                while (result.next()) {
                    rows++;
                    for (int i = 1; i <= count; i++) {
                        String text = result.getString(i);
                        characters += text == null ? 0 : text.length();
                    }
                }
            }
            System.out.printf("{\"rows\": %d, \"characters\": %d, \"s\": %.2f}%n", rows, characters,
                (System.nanoTime() - begin) / 1e9);
        }
    }
}
