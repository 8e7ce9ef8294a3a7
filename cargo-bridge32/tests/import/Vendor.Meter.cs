// What an assembly can declare, for `import`.

using System;
using System.Collections.Generic;

namespace Vendor.Meter
{
    /// <summary>How a channel is measured.</summary>
    public enum Mode : byte
    {
        /// <summary>Slow and exact.</summary>
        Slow = 1,
        Fast = 4,
        Default = Fast,
    }

    [Flags]
    public enum Options
    {
        None = 0,
        Filter = 1,
        Average = 2,
        All = -1,
    }

    public enum Nothing
    {
    }

    /// <summary>A range of values.</summary>
    public struct Limits
    {
        public double Low;
        public double High;

        public double Width() { return High - Low; }
    }

    public interface IChannel
    {
        string Name { get; }
        double Read(int samples);
    }

    /// <summary>A device, see <see cref="Channel"/>.</summary>
    public class Device : IDisposable
    {
        public const int MaxChannels = 4;
        public const string Vendor = "A \"vendor\"\n";
        public const double Scale = 0.5;
        public const float Huge = float.PositiveInfinity;
        public const char Separator = '\'';
        public const Mode Standard = Mode.Fast;
        public const string Missing = null;

        public static int Opened;
        public readonly string Serial;
        public Mode Mode = Mode.Slow;

        public event EventHandler Changed;

        /// <summary>Opens a device.</summary>
        /// <param name="serialNumber">The number on its back.</param>
        /// <exception cref="ArgumentException">There is none.</exception>
        public Device(string serialNumber)
        {
            if (serialNumber.Length == 0) { throw new ArgumentException("no number"); }
            Serial = serialNumber;
            ++Opened;
        }

        public Device(string serialNumber, Mode mode) : this(serialNumber) { Mode = mode; }

        public Options Options { get; set; }
        public Limits Limits { get; set; }
        public double[] Calibration { get; set; }
        public int Level { get; private set; }
        public static Device Last { get; set; }
        public int this[int index] { get { return Level + index; } set { Level = value - index; } }

        /// <summary>Returns a channel, or <c>null</c>.</summary>
        /// <returns>The channel with this <paramref name="number"/>.</returns>
        public Channel GetChannel(int number) { return new Channel(this, number); }

        /// <summary>Fills an array.</summary>
        public int Fill(double[] values, ref int position, out string unit)
        {
            for (int place = 0; place < values.Length; ++place) { values[place] = position++; }
            unit = "V";
            return values.Length;
        }

        public void Replace(ref Device other, ref Mode mode)
        {
            mode = other.Mode;
            other = this;
        }

        public string Join(params string[] parts) { return string.Join("+", parts); }
        public float[,] Scaled(float[,] table) { table[0, 0] *= 2; return table; }
        public string Set(int value) { return "int"; }
        public string Set(Mode value) { return "mode"; }
        public string Set(string value) { return "string"; }
        public string Set(double[] value) { return "doubles"; }
        public string set(int value, bool type) { return "both"; }
        public bool IsSame(object other) { return ReferenceEquals(this, other); }
        public bool Knows(IChannel channel) { return channel.Name.StartsWith(Serial); }
        public DateTime Calibrated() { return new DateTime(2001, 2, 3); }
        public int YearOf(DateTime time) { return time.Year; }
        public Channel[] Channels() { return new[] { new Channel(this, 1), new FastChannel(this) }; }
        public Limits[] Ranges() { return new[] { new Limits { Low = 1, High = 3 } }; }
        public int Count(Channel[] channels) { return channels.Length; }
        public void Dispose() { }
        public override string ToString() { return "device " + Serial; }
        public static Device operator +(Device a, Device b) { return a; }

        public void Measure(int a, int b, int c, int d, int e, int f, int g, int h, out int sum)
        {
            sum = a + b + c + d + e + f + g + h;
        }

        // What a trait does not have.
        public List<int> Numbers() { return null; }
        public T Convert<T>(T value) { return value; }
        public object Any() { return null; }
        public int? Maybe() { return null; }
        public void Rename(ref string name) { name += "!"; }
        public char Letter() { return 'a'; }
        public int[][] Jagged() { return null; }
        public IntPtr Handle() { return IntPtr.Zero; }
        public unsafe int Peek(byte* at) { return *at; }
        public void Watch(Callback callback) { if (Changed != null) { Changed(this, null); } }
        public DayOfWeek Day() { return DayOfWeek.Monday; }

        protected int Hidden() { return 1; }
        internal int Secret() { return 2; }

        /// <summary>What a device is like.</summary>
        public class Info
        {
            public int Version = 3;
        }
    }

    public class Channel : IChannel
    {
        readonly Device device;
        readonly int number;

        internal Channel(Device device, int number) { this.device = device; this.number = number; }

        public string Name { get { return device.Serial + "/" + number; } }
        public double Read(int samples) { return number * samples; }
        public virtual string Kind() { return "plain"; }
    }

    public class FastChannel : Channel
    {
        public FastChannel(Device device) : base(device, 9) { }
        public override string Kind() { return "fast"; }
    }

    public static class Tools
    {
        public static bool TryParse(string text, out double value) { return double.TryParse(text, out value); }
        public static Mode Opposite(Mode mode) { return mode == Mode.Slow ? Mode.Fast : Mode.Slow; }
        public static double Sum(params double[] values)
        {
            double sum = 0;
            foreach (double value in values) { sum += value; }
            return sum;
        }
    }

    // Its name is taken in Rust.
    public class Object
    {
        public static void Type(int self, int match) { }
    }

    public delegate int Callback(int value);

    public class Pool<T>
    {
        public T Take() { return default(T); }
        public class Slot { }
    }

    class Internal
    {
        public class Visible { public int X; }
    }
}

namespace Vendor.Meter.Legacy
{
    // Another class of the name.
    public class Device
    {
        public int Version() { return 1; }
    }
}
