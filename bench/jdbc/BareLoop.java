import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/**
 * The limit of reading by JDBC: a loop in Java that takes every value as a String, looks at each of
 * its characters once, and throws it away. Prints rows, characters, a sum over them, and the
 * seconds from the query to the last row.
 *
 * <p>java -Xmx128m -XX:+UseSerialGC -cp FOLDER:DRIVER.jar BareLoop URL USER TABLE FETCH_SIZE
 */
class BareLoop {
    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], null);
            Statement statement = connection.createStatement(
                ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY)) {
            connection.setAutoCommit(false);
            statement.setFetchSize(Integer.parseInt(arguments[3]));
            long begin = System.nanoTime();
            long rows = 0;
            long characters = 0;
            long sum = 0;
            try (ResultSet result = statement.executeQuery("SELECT * FROM " + arguments[2])) {
                int count = result.getMetaData().getColumnCount();
                while (result.next()) {
                    rows++;
                    for (int i = 1; i <= count; i++) {
                        String text = result.getString(i);
                        if (text == null)
                            continue;
                        characters += text.length();
                        sum += text.hashCode(); // reads all of it
                    }
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf("{\"rows\": %d, \"characters\": %d, \"sum\": %d, \"s\": %.3f}%n",
                rows, characters, sum, seconds);
        }
    }
}
