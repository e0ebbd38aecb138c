package oe2pg;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One result: packs its rows into C's memory, a batch a call. Used by one thread at a time: between
 * begin and take that is the session's own, which packs the next batch while C works on the last.
 */
final class BatchReader implements Callable<Long> {
    // How a column is asked for: in the order of enum jdbc_way in jdbc.h.
    private static final int TEXT = 0;
    private static final int LONG = 1;
    private static final int DECIMAL = 2;
    private static final int DOUBLE = 3;
    private static final int FLOAT = 4;
    private static final int BOOLEAN = 5;
    private static final int DATE = 6;
    private static final int TIME = 7;
    private static final int STAMP = 8;
    private static final int ZONED_STAMP = 9;
    private static final int BYTES = 10;
    private static final int LONG_TEXT = 11;
    private static final int LONG_BYTES = 12;
    private static final int OBJECT = 13;
    private static final int OBJECT_AS_TEXT = 14;

    private static final int PIECE = 16 * 1024;
    /** What a round trip to the source should bring, where the rows allow it. */
    private static final long TRIP_BYTES = 512 * 1024;
    /** How long what was begun may go on when nobody wants it any more. */
    private static final long CLOSE_MS = 2000;
    private static final int CANCELS = 3; // by the third the connection is dropped
    /** Values in a row that a column's own way has to fail for before it is asked for texts alone. */
    private static final int FAILURES = 16;

    private final Session session;
    private final Statement statement; // null: of the catalogue, which needs none
    private final ResultSet result;
    private final byte[] ways;
    private final int[] failures; // of each column, since a value of it last came its own way
    private final int fetchMax;
    private final Packer packer;
    private int fetchSize;
    private char[] characters;
    private byte[] bytes;
    private boolean isAtEnd;
    private SQLException failure; // met behind rows that were not delivered yet

    // The batch that is packed ahead.
    private Future<Long> pending; // null: none
    private CountDownLatch wanted; // at zero when C waits for it
    private int aheadRows;
    private long aheadPayload;
    private volatile boolean isClosing;

    /**
     * `fetchSize` above 0 is where the rows of a round trip begin, to be fitted to their width as it
     * is seen, up to `fetchMax`; 0 leaves it alone.
     */
    BatchReader(Session session, Statement statement, ResultSet result, byte[] ways, int fetchSize,
        int fetchMax) {
        this.session = session;
        this.statement = statement;
        this.result = result;
        this.ways = ways;
        this.failures = new int[ways.length];
        this.fetchSize = fetchSize;
        this.fetchMax = fetchMax;
        this.packer = new Packer();
    }

    /** A parcel: the number of columns, the type number of each. */
    byte[] describe() throws SQLException {
        ResultSetMetaData data = result.getMetaData();
        int count = data.getColumnCount();
        Parcel parcel = new Parcel().putNumber(count);
        for (int i = 1; i <= count; i++)
            parcel.putNumber(data.getColumnType(i));
        return parcel.bytes();
    }

    /**
     * Packs the next rows into `memory`, which is `owner` to C: at most `rows`, ending behind the one
     * that makes the values reach `payload` bytes. Returns the rows in the upper 32 bits and the bytes
     * used in the lower. No rows is the end.
     */
    long fill(ByteBuffer memory, long owner, int rows, long payload, long valueLimit)
        throws SQLException {
        packer.begin(memory, owner, valueLimit);
        return packRows(rows, payload);
    }

    /**
     * Has the session's thread do the same; the result comes from take(). More memory than `room` is
     * asked for only when C waits for the batch, and works on no other any more. False, and nothing
     * begun, where no more rows are to be had: fill() tells why.
     */
    boolean begin(ByteBuffer memory, long owner, int rows, long payload, long valueLimit, long room) {
        if (isAtEnd || failure != null)
            return false;
        wanted = new CountDownLatch(1);
        packer.beginAhead(memory, owner, valueLimit, room, wanted);
        aheadRows = rows;
        aheadPayload = payload;
        pending = session.readAhead(this);
        return true;
    }

    @Override
    public Long call() throws SQLException {
        return packRows(aheadRows, aheadPayload);
    }

    /**
     * Waits for what was begun. Throws what fill() would have. Whatever else is thrown (there may be no
     * memory to wait with) leaves it pending, for close() to wait for.
     */
    long take() throws Throwable {
        wanted.countDown();
        try {
            long taken = pending.get();
            pending = null;
            return taken;
        } catch (ExecutionException e) {
            pending = null;
            throw e.getCause();
        }
    }

    private long packRows(int rows, long payload) throws SQLException {
        int count = 0;
        while (count < rows && packer.payload() < payload && !isAtEnd && !isClosing) {
            session.checkCancelled();
            if (!advance(count)) {
                isAtEnd = failure == null;
                break;
            }
            for (int i = 0; i < ways.length; i++)
                pack(i);
            count++;
        }
        long size = packer.end();
        if (count > 0 && fetchSize > 0)
            fitFetchSize(packer.payload() / count);
        return (long) count << 32 | size;
    }

    /** A failure behind rows that came is told when those are delivered. */
    private boolean advance(int count) throws SQLException {
        if (failure != null)
            throw failure;
        try {
            return result.next();
        } catch (SQLException e) {
            if (count == 0)
                throw e;
            failure = e;
            return false;
        }
    }

    private void fitFetchSize(long rowBytes) {
        long wanted = Math.max(1, Math.min(fetchMax, TRIP_BYTES / Math.max(rowBytes, 1)));
        // Growing only by steps: the next rows may be as wide as these were narrow.
        wanted = Math.min(wanted, 4L * fetchSize);
        if (wanted == fetchSize)
            return;
        fetchSize = (int) wanted;
        try {
            result.setFetchSize(fetchSize);
        } catch (SQLException e) {
            fetchSize = 0; // it is a hint, and this driver does not take it in the middle
        }
    }

    private void pack(int column) {
        try {
            packAs(ways[column], column + 1);
            failures[column] = 0;
        } catch (SQLException | IOException | RuntimeException | AbstractMethodError e) {
            packAsText(column, e);
        }
    }

    /**
     * What a driver cannot give as a date or a number it may still give as a text. Other values of the
     * column come as ever: what they look like must not depend on where such a row is.
     */
    private void packAsText(int column, Throwable cause) {
        int way = ways[column];
        if (way == TEXT || way >= BYTES || session.isCancelled())
            throw new ValueFailure(column, cause);
        try {
            putText(result.getString(column + 1));
        } catch (SQLException | RuntimeException e) {
            throw new ValueFailure(column, cause);
        }
        if (++failures[column] >= FAILURES)
            ways[column] = TEXT; // this driver gives none of them
    }

    private void packAs(int way, int item) throws SQLException, IOException {
        switch (way) {
        case LONG:
            packLong(item);
            break;
        case DECIMAL:
            BigDecimal decimal = result.getBigDecimal(item);
            putText(decimal == null ? null : decimal.toPlainString());
            break;
        case DOUBLE:
            double real = result.getDouble(item);
            if (result.wasNull())
                packer.putNull();
            else
                packer.putDouble(real);
            break;
        case FLOAT:
            float single = result.getFloat(item);
            if (result.wasNull())
                packer.putNull();
            else
                packer.putFloat(single);
            break;
        case BOOLEAN:
            boolean truth = result.getBoolean(item);
            if (result.wasNull())
                packer.putNull();
            else
                packer.putBoolean(truth);
            break;
        case DATE:
        case TIME:
        case STAMP:
        case ZONED_STAMP:
            packTime(way, item);
            break;
        case BYTES:
            byte[] value = result.getBytes(item);
            if (value == null)
                packer.putNull();
            else
                packer.putBytes(value);
            break;
        case LONG_TEXT:
            packLongText(result.getCharacterStream(item));
            break;
        case LONG_BYTES:
            packLongBytes(result.getBinaryStream(item));
            break;
        case OBJECT:
        case OBJECT_AS_TEXT:
            packObject(way, item);
            break;
        default:
            packString(item, result.getString(item));
        }
    }

    private void putText(String text) {
        if (text == null)
            packer.putNull();
        else
            packer.putText(text);
    }

    private void packLong(int item) throws SQLException {
        long value = result.getLong(item);
        if (value == 0 && result.wasNull())
            packer.putNull();
        else
            packer.putLong(value);
    }

    /** By the types that know no time zone of the machine. */
    private void packTime(int way, int item) throws SQLException {
        boolean isThere;
        switch (way) {
        case DATE:
            LocalDate date = result.getObject(item, LocalDate.class);
            isThere = date != null;
            if (isThere && !packBeyond(date, item))
                TimeText.put(packer, date);
            break;
        case TIME:
            LocalTime time = result.getObject(item, LocalTime.class);
            isThere = time != null;
            if (isThere)
                TimeText.put(packer, time);
            break;
        case STAMP:
            LocalDateTime stamp = result.getObject(item, LocalDateTime.class);
            isThere = stamp != null;
            if (isThere && !packBeyond(stamp.toLocalDate(), item))
                TimeText.put(packer, stamp);
            break;
        default:
            OffsetDateTime zoned = result.getObject(item, OffsetDateTime.class);
            isThere = zoned != null;
            if (isThere && !packBeyond(zoned.toLocalDate(), item))
                TimeText.put(packer, zoned);
        }
        if (!isThere)
            packer.putNull();
    }

    /** True where the driver's text was packed, because the day may stand for one that Java has not. */
    private boolean packBeyond(LocalDate day, int item) throws SQLException {
        if (!day.equals(LocalDate.MIN) && !day.equals(LocalDate.MAX))
            return false;
        packer.putText(TimeText.withEra(result.getString(item)));
        return true;
    }

    private void packObject(int way, int item) throws SQLException, IOException {
        Object value = result.getObject(item);
        if (value == null)
            packer.putNull();
        else if (value instanceof String)
            packString(item, (String) value);
        else if (value instanceof byte[])
            packBytes(way, (byte[]) value);
        else if (value instanceof Clob)
            packLongText(((Clob) value).getCharacterStream());
        else if (value instanceof Blob)
            packBlob(way, (Blob) value);
        else if (!ObjectValue.put(packer, result, item, value))
            putText(result.getString(item));
    }

    private void packString(int item, String text) {
        byte[] behind = text == null ? null : ObjectValue.bytesBehind(result, item, text);
        if (behind != null)
            packer.putBytes(behind);
        else
            putText(text);
    }

    private void packBytes(int way, byte[] value) {
        if (way == OBJECT_AS_TEXT)
            packer.putText(ObjectValue.print(value));
        else
            packer.putBytes(value);
    }

    private void packBlob(int way, Blob blob) throws SQLException, IOException {
        if (way == OBJECT_AS_TEXT)
            packBytes(way, blob.getBytes(1, (int) Math.min(blob.length(), Integer.MAX_VALUE)));
        else
            packLongBytes(blob.getBinaryStream());
    }

    private void packLongText(Reader reader) throws IOException {
        if (reader == null) {
            packer.putNull();
            return;
        }
        if (characters == null)
            characters = new char[PIECE];
        packer.beginLarge();
        try (reader) {
            for (int size; (size = reader.read(characters, 0, PIECE)) >= 0;)
                packer.addLarge(characters, size);
        } catch (IOException | RuntimeException e) {
            packer.abandonLarge();
            throw e;
        }
        packer.endLarge();
    }

    private void packLongBytes(InputStream stream) throws IOException {
        if (stream == null) {
            packer.putNull();
            return;
        }
        if (bytes == null)
            bytes = new byte[PIECE];
        packer.beginLarge();
        try (stream) {
            for (int size; (size = stream.read(bytes, 0, PIECE)) >= 0;)
                packer.addLarge(bytes, 0, size);
        } catch (IOException | RuntimeException e) {
            packer.abandonLarge();
            throw e;
        }
        packer.endLarge();
    }

    /**
     * C's memory is written to until what is pending is done, and is freed then: nothing that is thrown
     * here may end the loop before. A driver that does not come back is cancelled, and then has its
     * connection dropped; to ask it for more would only leave threads that wait.
     */
    private void endPending() {
        isClosing = true;
        wanted.countDown();
        for (int calls = 0; !pending.isDone();) {
            try {
                if (!isDoneInTime() && calls < CANCELS) {
                    calls++;
                    session.cancel();
                }
            } catch (Throwable e) {
                Thread.yield();
            }
        }
        pending = null;
    }

    /** Nobody wants these rows any more, and so nobody their failure. */
    private boolean isDoneInTime() throws InterruptedException {
        try {
            pending.get(CLOSE_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    void close() throws SQLException {
        if (pending != null)
            endPending();
        try {
            result.close();
        } finally {
            session.ended(statement);
        }
    }
}
