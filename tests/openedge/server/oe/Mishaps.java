package oe;

import com.ddtek.jdbc.openedge.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What happens to the line itself, when a test has asked for it: at the n-th answer from now to a
 * login, an execute, a fetch, or a read, which is a fetch from a user's table.
 */
final class Mishaps {
    private static final String SLOW = "slow";

    private final Set<Wire> stalled = ConcurrentHashMap.newKeySet();
    private String at = "";
    private String what = "";
    private int skip;
    private int times;
    private int milliseconds;

    /**
     * `planned` is drop, stall, half, half_stall, deaf or slow. Who stalls does not answer a cancel
     * either; who is deaf takes it, and goes on saying nothing.
     */
    synchronized void plan(String planned, String where, int number, int count, int slowness) {
        what = planned;
        at = where;
        skip = number - 1;
        times = count;
        milliseconds = slowness;
    }

    synchronized void clear() {
        times = 0;
    }

    private synchronized String next(String where, boolean isSlow) {
        boolean isMeant = where.equals(at) || where.equals("read") && at.equals("fetch");
        if (times == 0 || !isMeant || isSlow != what.equals(SLOW))
            return "";
        if (skip > 0) {
            skip--;
            return "";
        }
        times--;
        return what;
    }

    /** Milliseconds that this answer is to take. */
    int delay(String where) {
        return next(where, true).isEmpty() ? 0 : milliseconds;
    }

    boolean isStalled(Wire wire) {
        return stalled.contains(wire);
    }

    /** Sends the answer, or as much of it as is to arrive. */
    void send(Wire wire, Wire.Body body, String where) throws IOException {
        String hit = next(where, false);
        if (hit.startsWith("half")) {
            byte[] packet = body.packet();
            OutputStream out = wire.rawOutput();
            out.write(Arrays.copyOf(packet, packet.length / 2));
            out.flush();
        }
        if (hit.endsWith("stall"))
            stalled.add(wire);
        if (hit.endsWith("stall") || hit.equals("deaf"))
            wire.receive(); // until the other side has had enough
        if (!hit.isEmpty())
            throw new IOException("the line is cut, as planned");
        wire.send(body);
    }
}
