package com.ddtek.jdbc.openedge;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

/**
 * What driver and server say to each other: packets of four bytes of size and a body, one question
 * and one answer at a time. A question begins with what is wanted, an answer with OK or FAILED.
 */
public final class Wire {
    public static final int LOGIN = 1;
    public static final int EXECUTE = 2;
    public static final int FETCH = 3;
    public static final int CLOSE = 4;
    public static final int SET = 5;
    public static final int CATALOG = 6;
    public static final int LOB = 7;
    public static final int CANCEL = 8;
    public static final int PREPARE = 9;

    public static final int OK = 0;
    public static final int FAILED = 1;
    /** An answer to FETCH: rows, and then what failed behind them. */
    public static final int OK_THEN_FAILED = 2;

    private static final int NULL = 0;
    private static final int TEXT = 1;
    private static final int BYTES = 2;
    private static final int LONG = 3;
    private static final int LARGE = 4;
    private static final int DECIMAL = 5;
    private static final int DOUBLE = 6;
    private static final int DATE = 7;
    private static final int TIME = 8;
    private static final int STAMP = 9;

    private static final int PACKET_MAX = 1 << 30;

    /** A large value that stays at the server and is read in pieces. */
    public record Large(int number, boolean isText, long size) {}

    private final Socket socket;
    private final DataInputStream in;

    public Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    }

    static Wire connect(String host, int port, int timeoutMs) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), timeoutMs);
            socket.setSoTimeout(timeoutMs);
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    void setTimeout(int milliseconds) throws IOException {
        socket.setSoTimeout(milliseconds);
    }

    public OutputStream rawOutput() throws IOException {
        return socket.getOutputStream();
    }

    public void send(Body body) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(body.packet());
        out.flush();
    }

    public DataInputStream receive() throws IOException {
        int size = in.readInt();
        if (size < 0 || size > PACKET_MAX)
            throw new EOFException("a packet of " + size + " bytes");
        byte[] bytes = new byte[size];
        in.readFully(bytes);
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    public boolean isClosed() {
        return socket.isClosed();
    }

    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            return; // it is gone in any case
        }
    }

    /** A packet that is being written. */
    public static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        public Body(int first) throws IOException {
            out.writeInt(0);
            out.writeByte(first);
        }

        public byte[] packet() {
            byte[] packet = bytes.toByteArray();
            java.nio.ByteBuffer.wrap(packet).putInt(packet.length - 4);
            return packet;
        }

        public Body number(int value) throws IOException {
            out.writeInt(value);
            return this;
        }

        public Body flag(boolean value) throws IOException {
            out.writeBoolean(value);
            return this;
        }

        public Body text(String value) throws IOException {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
            return this;
        }

        public Body value(Object value) throws IOException {
            if (value == null) {
                out.writeByte(NULL);
            } else if (value instanceof byte[] binary) {
                out.writeByte(BYTES);
                out.writeInt(binary.length);
                out.write(binary);
            } else if (value instanceof Large large) {
                out.writeByte(LARGE);
                out.writeInt(large.number());
                out.writeBoolean(large.isText());
                out.writeLong(large.size());
            } else if (value instanceof Double real) {
                out.writeByte(DOUBLE);
                out.writeDouble(real);
            } else if (value instanceof Float real) {
                out.writeByte(DOUBLE);
                out.writeDouble(Double.parseDouble(real.toString())); // its own digits, no more
            } else if (value instanceof Number number && !(value instanceof BigDecimal)) {
                out.writeByte(LONG);
                out.writeLong(number.longValue());
            } else {
                out.writeByte(tag(value));
                text(value instanceof BigDecimal decimal ? decimal.toPlainString()
                    : value.toString());
            }
            return this;
        }

        private static int tag(Object value) {
            if (value instanceof BigDecimal)
                return DECIMAL;
            if (value instanceof LocalDate)
                return DATE;
            if (value instanceof LocalTime)
                return TIME;
            return value instanceof LocalDateTime ? STAMP : TEXT;
        }
    }

    public static String takeText(DataInputStream from) throws IOException {
        return new String(takeBytes(from), StandardCharsets.UTF_8);
    }

    private static byte[] takeBytes(DataInputStream from) throws IOException {
        byte[] bytes = new byte[from.readInt()];
        from.readFully(bytes);
        return bytes;
    }

    public static Object takeValue(DataInputStream from) throws IOException {
        int tag = from.readByte();
        switch (tag) {
        case NULL:
            return null;
        case BYTES:
            return takeBytes(from);
        case LONG:
            return from.readLong();
        case LARGE:
            return new Large(from.readInt(), from.readBoolean(), from.readLong());
        case DOUBLE:
            return from.readDouble();
        case DECIMAL:
            return new BigDecimal(takeText(from));
        case DATE:
            return LocalDate.parse(takeText(from));
        case TIME:
            return LocalTime.parse(takeText(from));
        case STAMP:
            return LocalDateTime.parse(takeText(from));
        default:
            return takeText(from);
        }
    }
}
