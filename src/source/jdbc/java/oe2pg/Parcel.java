package oe2pg;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Texts and numbers on their way between C and Java, as bytes: a text is its size (native int, -1
 * for null) and its UTF-8. JNI's own strings are never used: their UTF-8 is not the world's.
 */
final class Parcel {
    private final ByteBuffer in;
    private final ByteArrayOutputStream out;

    Parcel(byte[] bytes) {
        in = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        out = null;
    }

    Parcel() {
        in = null;
        out = new ByteArrayOutputStream();
    }

    int takeNumber() {
        return in.getInt();
    }

    byte[] takeBytes() {
        int size = in.getInt();
        if (size < 0)
            return null;
        byte[] bytes = new byte[size];
        in.get(bytes);
        return bytes;
    }

    String takeText() {
        byte[] bytes = takeBytes();
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    String[] takeTexts() {
        String[] texts = new String[takeNumber()];
        for (int i = 0; i < texts.length; i++)
            texts[i] = takeText();
        return texts;
    }

    Parcel putNumber(int number) {
        byte[] bytes = new byte[4];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(number);
        out.write(bytes, 0, 4);
        return this;
    }

    Parcel putText(String text) {
        if (text == null)
            return putNumber(-1);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putNumber(bytes.length);
        out.write(bytes, 0, bytes.length);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
