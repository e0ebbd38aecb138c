package com.ddtek.jdbc.openedge;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;

/** The bytes of a large value, asked for piece by piece. */
final class LargeStream extends InputStream {
    private static final int PIECE = 64 * 1024;

    private final Session session;
    private final int number;
    private byte[] piece = new byte[0];
    private int at;
    private long next;
    private boolean isAtEnd;

    LargeStream(Session session, Wire.Large large) {
        this.session = session;
        number = large.number();
    }

    private boolean fill() throws IOException {
        if (isAtEnd)
            return false;
        try {
            DataInputStream answer = session.question(new Wire.Body(Wire.LOB).number(number)
                .value(next).number(PIECE));
            piece = (byte[]) Wire.takeValue(answer);
        } catch (SQLException e) {
            throw new IOException(e.getMessage(), e);
        }
        at = 0;
        next += piece.length;
        isAtEnd = piece.length < PIECE;
        return piece.length > 0;
    }

    @Override
    public int read() throws IOException {
        return at < piece.length || fill() ? piece[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int size) throws IOException {
        if (at == piece.length && !fill())
            return -1;
        int count = Math.min(size, piece.length - at);
        System.arraycopy(piece, at, into, from, count);
        at += count;
        return count;
    }
}
