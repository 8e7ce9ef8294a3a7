// A Java program with JNA, which finds libmeter.so or meter.dll in `jna.library.path`.

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.Locale;

public class Voltage {
    private static final int EINVAL = 22;

    public interface Meter extends Library {
        interface OnValue extends Callback {
            int invoke(double value, Pointer user);
        }

        int meter_open(int channel, PointerByReference meter);
        int meter_read(Pointer meter, double[] values, int capacity);
        int meter_watch(Pointer meter, OnValue onValue, Pointer user);
        String meter_unit(Pointer meter);
        void meter_close(Pointer meter);
        int pointer_bits();
        // `size_t` is a `long` in a 64-bit program.
        long bridge32_last_error(byte[] buffer, long size);
    }

    public static void main(String[] arguments) {
        Meter library = Native.load("meter", Meter.class);
        System.out.println("this program has " + Native.POINTER_SIZE * 8 + " bits, the library " + library.pointer_bits());

        PointerByReference place = new PointerByReference();
        if (library.meter_open(9, place) != 0) {
            int errno = Native.getLastError();
            System.out.println("channel 9: errno is " + (errno == EINVAL ? "EINVAL" : errno));
        }
        if (library.meter_open(1, place) != 0) {
            byte[] reason = new byte[512];
            library.bridge32_last_error(reason, reason.length);
            System.err.println(Native.toString(reason));
            System.exit(1);
        }
        Pointer meter = place.getValue();

        double[] values = new double[8];
        int count = library.meter_read(meter, values, values.length);
        for (int i = 0; i < count; ++i) {
            System.out.println(String.format(Locale.ROOT, "%.2f %s", values[i], library.meter_unit(meter)));
        }

        double[] sum = {0};
        Meter.OnValue add = (value, user) -> {
            sum[0] += value;
            return value < 2.5 ? 1 : 0;
        };
        count = library.meter_watch(meter, add, null);
        System.out.println(String.format(Locale.ROOT, "the sum of %d values is %.2f", count, sum[0]));
        library.meter_close(meter);
    }
}
