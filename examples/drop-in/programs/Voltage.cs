// A C# program. The runtime finds meter.dll or libmeter.so as it finds any library.

using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

static class Voltage
{
    const int EINVAL = 22;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int OnValue(double value, IntPtr user);

    [DllImport("meter", CallingConvention = CallingConvention.Cdecl, SetLastError = true)]
    static extern int meter_open(int channel, out IntPtr meter);

    [DllImport("meter", CallingConvention = CallingConvention.Cdecl)]
    static extern int meter_read(IntPtr meter, [Out] double[] values, int capacity);

    [DllImport("meter", CallingConvention = CallingConvention.Cdecl)]
    static extern int meter_watch(IntPtr meter, OnValue onValue, IntPtr user);

    // Not `string`: the runtime would free the text, which is the library's.
    [DllImport("meter", CallingConvention = CallingConvention.Cdecl)]
    static extern IntPtr meter_unit(IntPtr meter);

    [DllImport("meter", CallingConvention = CallingConvention.Cdecl)]
    static extern void meter_close(IntPtr meter);

    [DllImport("meter", CallingConvention = CallingConvention.Cdecl)]
    static extern int pointer_bits();

    [DllImport("meter", CallingConvention = CallingConvention.Cdecl)]
    static extern UIntPtr bridge32_last_error(byte[] buffer, UIntPtr size);

    static string LastError()
    {
        var buffer = new byte[512];
        bridge32_last_error(buffer, (UIntPtr)buffer.Length);
        return Encoding.UTF8.GetString(buffer, 0, Array.IndexOf(buffer, (byte)0));
    }

    static int Main()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.WriteLine($"this program has {IntPtr.Size * 8} bits, the library {pointer_bits()}");

        IntPtr meter;
        if (meter_open(9, out meter) != 0)
        {
            int errno = Marshal.GetLastWin32Error();
            Console.WriteLine("channel 9: errno is " + (errno == EINVAL ? "EINVAL" : errno.ToString()));
        }
        if (meter_open(1, out meter) != 0)
        {
            Console.Error.WriteLine(LastError());
            return 1;
        }

        var values = new double[8];
        int count = meter_read(meter, values, values.Length);
        for (int i = 0; i < count; ++i)
        {
            Console.WriteLine($"{values[i]:0.00} {Marshal.PtrToStringAnsi(meter_unit(meter))}");
        }

        double sum = 0;
        OnValue add = (value, user) => { sum += value; return value < 2.5 ? 1 : 0; };
        count = meter_watch(meter, add, IntPtr.Zero);
        // A library that keeps a function needs this at the end of its use.
        GC.KeepAlive(add);
        Console.WriteLine($"the sum of {count} values is {sum:0.00}");
        meter_close(meter);
        return 0;
    }
}
