package oe2pg;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CountDownLatch;

/**
 * Writes values behind each other into memory of C's. Each is its size as a native int and its
 * bytes, or a mark: NULL (-1), too long (-2, then its size as a native long), a double or a float
 * by its bits (-3, -4, then 32 bytes that begin with them: there is room for C to write its text).
 *
 * <p>Small values are gathered in an array first, because Java writes arrays fastest; the array is
 * copied to C's memory many rows at a time. Large ones go there piece by piece. When C's memory is
 * full, C makes it larger and keeps what is in it.
 */
final class Packer {
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int REAL_ROOM = 32;
    private static final int ROOM = 128 * 1024;
    private static final int FLUSH = 32 * 1024;
    /** Characters of a text that is packed in one go: three bytes each at most. */
    private static final int SMALL_TEXT = (ROOM - FLUSH) / 3 - 64;
    private static final int SMALL_BYTES = ROOM - FLUSH - 64;

    private final byte[] room = new byte[ROOM];
    private final char[] characters = new char[SMALL_TEXT];
    private int at;
    private ByteBuffer memory;
    private long owner; // C's word for it
    private long ahead; // memory that may be asked for before `wanted` is at zero
    private CountDownLatch wanted; // null: no need to wait
    private int flushed;
    private long payload;
    private long limit;

    // The large value that is being written.
    private int slot;
    private int start;
    private boolean isTooLong;
    private long skipped; // bytes of one that is too long, counted but not kept
    private int highSurrogate;

    /** More room for C's memory, all that was in it kept; null when there is none. */
    private static native ByteBuffer grow(long owner, long wanted);

    /** `limit` is the size of the longest value that is to be delivered. */
    void begin(ByteBuffer memory, long owner, long limit) {
        beginAhead(memory, owner, limit, 0, null);
    }

    /** The same; for more memory than `room` it waits until `wanted` is at zero. */
    void beginAhead(ByteBuffer memory, long owner, long limit, long room, CountDownLatch wanted) {
        this.memory = memory.order(ByteOrder.nativeOrder());
        this.owner = owner;
        this.ahead = room;
        this.wanted = wanted;
        this.limit = limit;
        at = 0;
        flushed = 0;
        payload = 0;
    }

    /** Bytes of all values, marks and sizes not counted. */
    long payload() {
        return payload;
    }

    /** Everything into C's memory; how many bytes are there. */
    int end() {
        flush();
        return flushed;
    }

    // --- small values

    private void makeRoom() {
        if (at > FLUSH)
            flush();
    }

    private void flush() {
        if (!reserve(at))
            throw new OutOfMemoryError("no room for a batch");
        memory.put(flushed, room, 0, at);
        flushed += at;
        at = 0;
    }

    private boolean reserve(int more) {
        if (memory.capacity() - flushed >= more)
            return true;
        if (wanted != null && (long) flushed + more > ahead)
            await();
        ByteBuffer larger = grow(owner, (long) flushed + more);
        if (larger == null)
            return false;
        memory = larger.order(ByteOrder.nativeOrder());
        return true;
    }

    private void await() {
        try {
            wanted.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void putNull() {
        makeRoom();
        INT.set(room, at, -1);
        at += 4;
    }

    private void putTooLong(long size) {
        makeRoom();
        INT.set(room, at, -2);
        LONG.set(room, at + 4, Math.max(size, limit + 1));
        at += 12;
    }

    void putDouble(double value) {
        makeRoom();
        INT.set(room, at, -3);
        LONG.set(room, at + 4, Double.doubleToRawLongBits(value));
        at += 4 + REAL_ROOM;
    }

    void putFloat(float value) {
        makeRoom();
        INT.set(room, at, -4);
        INT.set(room, at + 4, Float.floatToRawIntBits(value));
        at += 4 + REAL_ROOM;
    }

    void putBytes(byte[] bytes) {
        int size = bytes.length;
        if (size > limit) {
            putTooLong(size);
        } else if (size > SMALL_BYTES) {
            beginLarge();
            addLarge(bytes, 0, size);
            endLarge();
        } else {
            makeRoom();
            INT.set(room, at, size);
            System.arraycopy(bytes, 0, room, at + 4, size);
            at += 4 + size;
            payload += size;
        }
    }

    void putText(String text) {
        int size = text.length();
        if (size > SMALL_TEXT) {
            putLargeText(text);
            return;
        }
        makeRoom();
        text.getChars(0, size, characters, 0);
        int end = encode(characters, size, room, at + 4);
        finishSmall(end);
    }

    /** The value from behind its size up to `end`. */
    private void finishSmall(int end) {
        int size = end - at - 4;
        if (size > limit) {
            putTooLong(size);
            return;
        }
        INT.set(room, at, size);
        at = end;
        payload += size;
    }

    /**
     * UTF-8 of characters[0..size), returns where it ends. Half a surrogate pair becomes the three
     * bytes that the same arithmetic gives: nothing that checks for UTF-8 accepts them, so that the
     * value is noticed instead of being changed.
     */
    private static int encode(char[] characters, int size, byte[] out, int at) {
        int i = 0;
        while (i < size && characters[i] < 0x80)
            out[at++] = (byte) characters[i++];
        while (i < size) {
            char c = characters[i++];
            if (c < 0x80) {
                out[at++] = (byte) c;
            } else if (c < 0x800) {
                out[at++] = (byte) (0xC0 | c >> 6);
                out[at++] = (byte) (0x80 | c & 0x3F);
            } else if (Character.isHighSurrogate(c) && i < size
                && Character.isLowSurrogate(characters[i])) {
                at = encodePair(Character.toCodePoint(c, characters[i++]), out, at);
            } else {
                out[at++] = (byte) (0xE0 | c >> 12);
                out[at++] = (byte) (0x80 | c >> 6 & 0x3F);
                out[at++] = (byte) (0x80 | c & 0x3F);
            }
        }
        return at;
    }

    private static int encodePair(int point, byte[] out, int at) {
        out[at++] = (byte) (0xF0 | point >> 18);
        out[at++] = (byte) (0x80 | point >> 12 & 0x3F);
        out[at++] = (byte) (0x80 | point >> 6 & 0x3F);
        out[at++] = (byte) (0x80 | point & 0x3F);
        return at;
    }

    // --- numbers and times, character by character

    void beginDigits() {
        makeRoom();
        start = at;
        at += 4;
    }

    void digit(int character) {
        room[at++] = (byte) character;
    }

    void endDigits() {
        int end = at;
        at = start;
        finishSmall(end);
    }

    /** At least `least` digits, zeros in front. */
    void digits(long value, int least) {
        int count = 1;
        for (long rest = value; rest <= -10 || rest >= 10; rest /= 10)
            count++;
        if (value < 0)
            room[at++] = '-';
        if (count < least)
            count = least;
        for (int i = at + count - 1; i >= at; i--) {
            room[i] = (byte) ('0' + Math.abs((int) (value % 10))); // the lowest long has no absolute
            value /= 10;
        }
        at += count;
    }

    void putLong(long value) {
        beginDigits();
        digits(value, 1);
        endDigits();
    }

    void putBoolean(boolean value) {
        putText(value ? "true" : "false");
    }

    // --- large values, piece by piece

    void beginLarge() {
        flush();
        isTooLong = !reserve(4);
        skipped = 0;
        slot = flushed;
        start = flushed + 4;
        flushed = start;
        highSurrogate = 0;
    }

    /** The rest of a value that is too long to be delivered is counted: its size is told. */
    void addLarge(byte[] bytes, int from, int size) {
        if (!isTooLong && ((long) flushed - start + size > limit || !reserve(size)))
            isTooLong = true;
        if (isTooLong) {
            skipped += size;
            return;
        }
        memory.put(flushed, bytes, from, size);
        flushed += size;
    }

    /** The same with characters; a surrogate pair may be cut in two by the pieces. */
    void addLarge(char[] piece, int size) {
        int from = 0;
        while (from < size) {
            int held = highSurrogate != 0 ? 1 : 0;
            int count = Math.min(size - from, SMALL_TEXT - 1);
            if (held != 0)
                characters[0] = (char) highSurrogate;
            System.arraycopy(piece, from, characters, held, count);
            from += count;
            count += held;
            highSurrogate = 0;
            if (Character.isHighSurrogate(characters[count - 1]))
                highSurrogate = characters[--count];
            addLarge(room, 0, encode(characters, count, room, 0));
        }
    }

    void endLarge() {
        if (highSurrogate != 0) {
            characters[0] = (char) highSurrogate;
            addLarge(room, 0, encode(characters, 1, room, 0));
        }
        int size = flushed - start;
        if (isTooLong) {
            flushed = slot;
            putTooLong(size + skipped);
            return;
        }
        memory.putInt(slot, size);
        payload += size;
    }

    void abandonLarge() {
        flushed = slot;
    }

    private void putLargeText(String text) {
        char[] piece = new char[Math.min(text.length(), SMALL_TEXT)];
        beginLarge();
        for (int from = 0; from < text.length(); from += piece.length) {
            int count = Math.min(piece.length, text.length() - from);
            text.getChars(from, from + count, piece, 0);
            addLarge(piece, count);
        }
        endLarge();
    }
}
