package oe2pg;

/** There is no such driver. Its message says all there is to say: its class is of no interest. */
final class MissingDriver extends Exception {
    private static final long serialVersionUID = 1;

    MissingDriver(String message) {
        super(message);
    }
}
