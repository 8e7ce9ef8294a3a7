// The assembly that the .NET tests call.

using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace Fixture
{
    public enum Range : short
    {
        Low = 1,
        High = 10,
    }

    [Flags]
    public enum Sides : uint
    {
        None = 0,
        Left = 1,
        Right = 2,
        Both = 3,
    }

    // A struct without a constructor.
    public struct Span
    {
        public double From;
        public double To;

        public double Length() { return To - From; }
        public void Move(double by) { From += by; To += by; }
        public static Span Of(double from, double to) { return new Span { From = from, To = to }; }
    }

    public class Failure : Exception
    {
        public Failure(string message, Exception cause) : base(message, cause)
        {
        }
    }

    // Its message throws, too.
    public class Unspeakable : Exception
    {
        public override string Message
        {
            get { throw new InvalidOperationException(); }
        }
    }

    // Its message is null.
    public class Wordless : Exception
    {
        public override string Message
        {
            get { return null; }
        }
    }

    public class Values
    {
        public bool Bool(bool x) { return x; }
        public sbyte Int8(sbyte x) { return x; }
        public byte UInt8(byte x) { return x; }
        public short Int16(short x) { return x; }
        public ushort UInt16(ushort x) { return x; }
        public int Int32(int x) { return x; }
        public uint UInt32(uint x) { return x; }
        public long Int64(long x) { return x; }
        public ulong UInt64(ulong x) { return x; }
        public float Single(float x) { return x; }
        public double Double(double x) { return x; }
        public string String(string x) { return x; }
        public Range Other(Range range) { return range == Range.Low ? Range.High : Range.Low; }
        public Sides Opposite(Sides sides) { return sides ^ Sides.Both; }
        public void Toggle(ref Range range, out Sides sides)
        {
            range = Other(range);
            sides = (Sides)range;
        }
        public double Sum(Span span) { return span.From + span.To; }
        public string HalfACharacter() { return "\ud800"; }
        public string WithNul() { return "a\0b"; }
    }

    public class Arrays
    {
        static T[] Reversed<T>(T[] values)
        {
            T[] reversed = (T[])values.Clone();
            Array.Reverse(reversed);
            return reversed;
        }

        public bool[] Bools(bool[] x) { return Reversed(x); }
        public sbyte[] Int8s(sbyte[] x) { return Reversed(x); }
        public byte[] UInt8s(byte[] x) { return Reversed(x); }
        public short[] Int16s(short[] x) { return Reversed(x); }
        public ushort[] UInt16s(ushort[] x) { return Reversed(x); }
        public int[] Int32s(int[] x) { return Reversed(x); }
        public uint[] UInt32s(uint[] x) { return Reversed(x); }
        public long[] Int64s(long[] x) { return Reversed(x); }
        public ulong[] UInt64s(ulong[] x) { return Reversed(x); }
        public float[] Singles(float[] x) { return Reversed(x); }
        public double[] Doubles(double[] x) { return Reversed(x); }
        public string[] Strings(string[] x) { return Reversed(x); }
        public double[] None(bool really) { return really ? null : new double[0]; }
        public string[] Holes() { return new[] { "a", null }; }

        public short[,] Transposed(short[,] x)
        {
            short[,] transposed = new short[x.GetLength(1), x.GetLength(0)];
            for (int row = 0; row < x.GetLength(0); ++row)
            {
                for (int column = 0; column < x.GetLength(1); ++column)
                {
                    transposed[column, row] = x[row, column];
                }
            }
            return transposed;
        }

        public void Negate(double[] values)
        {
            for (int place = 0; place < values.Length; ++place)
            {
                values[place] = -values[place];
            }
        }

        public void Not(bool[] values)
        {
            for (int place = 0; place < values.Length; ++place)
            {
                values[place] = !values[place];
            }
        }
    }

    public static class References
    {
        public static void Swap(ref int a, ref int b)
        {
            int c = a;
            a = b;
            b = c;
        }

        public static bool Divide(int a, int b, out int quotient, out double exact)
        {
            quotient = b == 0 ? 0 : a / b;
            exact = (double)a / b;
            return b != 0;
        }

        public static void Squares(int n, out double[] squares, out string text, out int[,] table)
        {
            squares = new double[n];
            table = new int[n, 2];
            for (int place = 0; place < n; ++place)
            {
                squares[place] = place * place;
                table[place, 0] = place;
                table[place, 1] = place * place;
            }
            text = n + " squares";
        }

        public static void Powers(int n, out double[] powers, out string text, out double[] none)
        {
            powers = new double[n];
            for (int place = 0; place < n; ++place)
            {
                powers[place] = 1 << place;
            }
            text = n + " powers";
            none = null;
        }

        // Both have text, or null.
        public static void Rename(ref string name, out string old)
        {
            old = name;
            name = name == null ? "new" : null;
        }

        public static void Exchange(ref Animal pet, out Animal old)
        {
            old = pet;
            pet = pet is Dog ? null : new Dog();
        }

        // The array itself is another one afterwards.
        public static void Grow(ref double[] values)
        {
            Array.Resize(ref values, values.Length + 1);
        }

        // The lengths of the words, or null.
        public static double[] Lengths(string[] words, int more)
        {
            return words == null ? null : Array.ConvertAll(words, word => word.Length + (double)more);
        }
    }

    public class Overloads
    {
        public string Kind(Sides x) { return "sides"; }
        public string Kind(Range x) { return "range"; }
        public string Kind(int x) { return "int"; }
        public string Kind(uint x) { return "uint"; }
        public string Kind(long x) { return "long"; }
        public string Kind(object x) { return "object"; }
        public string Kind(Animal x) { return "animal"; }
    }

    public abstract class Animal
    {
        public abstract string Sound();

        public Animal Self() { return this; }

        public bool IsSame(Animal other) { return ReferenceEquals(this, other); }

        public static Animal Make(string kind)
        {
            return kind == "dog" ? new Dog() : null;
        }
    }

    public class Dog : Animal
    {
        public int Age { get; set; }

        public override string Sound() { return "woof"; }
    }

    // Fields and properties.
    public class Members
    {
        public const int Limit = 7;
        public static string Title = "title";
        public readonly long Serial = 9;
        public int Number = 1;
        public double[] Values = { 1, 2 };
        public Range Range = Range.Low;
        public Animal Pet;
        public string Text { get; set; }
        public bool IsReady { get { throw new Failure("not yet", null); } }
        public int this[int place] { get { return place; } }
    }

    // `ICLRMetaHost` of the .NET Framework; the first functions are not called.
    [ComImport, Guid("D332DB9E-B9B3-4125-8207-A14884F53216"), InterfaceType(ComInterfaceType.InterfaceIsIUnknown)]
    public interface IMetaHost
    {
        void GetRuntime();
        void GetVersionFromFile();
        void EnumerateInstalledRuntimes();
        void EnumerateLoadedRuntimes();
        void RequestRuntimeLoadedNotification();
        [PreserveSig]
        int QueryLegacyV2RuntimeBinding([In] ref Guid iid, out IntPtr runtime);
    }

    public class Framework
    {
        [DllImport("mscoree")]
        static extern int CLRCreateInstance(
            [In] ref Guid clsid, [In] ref Guid iid, [MarshalAs(UnmanagedType.Interface)] out IMetaHost host);

        // Whether one runtime was chosen for assemblies of older versions, too.
        public bool IsBoundForOlderVersions()
        {
            Guid clsid = new Guid("9280188D-0E8E-4867-B30C-7FA83884E8DE");
            Guid iid = typeof(IMetaHost).GUID;
            IMetaHost host;
            Marshal.ThrowExceptionForHR(CLRCreateInstance(ref clsid, ref iid, out host));
            Guid runtimeIid = new Guid("BD39D1D2-BA2F-486A-89B0-B4B0CB466891");
            IntPtr runtime;
            Marshal.ThrowExceptionForHR(host.QueryLegacyV2RuntimeBinding(ref runtimeIid, out runtime));
            bool bound = runtime != IntPtr.Zero;
            if (bound) { Marshal.Release(runtime); }
            return bound;
        }
    }

    public class Faults
    {
        public void Throw(string message) { throw new Failure(message, new ArgumentNullException("cause")); }
        public void ThrowUnspeakable() { throw new Unspeakable(); }
        public void ThrowWordless() { throw new Wordless(); }
        public int ThreadId() { return Thread.CurrentThread.ManagedThreadId; }
        public void Print(string text) { Console.WriteLine(text); }
        public int Dereference(string text) { return text.Length; }
        [DllImport("libc")]
        static extern int strlen(IntPtr text);

        public int Crash() { return strlen(new IntPtr(16)); }
        public void Exit(int code) { Environment.Exit(code); }
        public void Collect() { GC.Collect(); GC.WaitForPendingFinalizers(); }
    }

    public class Broken
    {
        public Broken() { throw new Failure("it does not start", null); }
        public int Int32(int x) { return x; }
    }

    public class Demanding
    {
        readonly int start;

        public Demanding(int start) { this.start = start; }
        public int Plus(int x) { return start + x; }
    }
}
