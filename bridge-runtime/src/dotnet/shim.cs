// The managed half of bridge32's .NET support. It runs inside the CLR or Mono, binds the methods of an interface to those
// of an assembly, and calls them. `shim.dll` beside this file is what `mcs` makes of it; README.md says how.
//
// Everything goes through one function with a C signature, whose address `Start` returns. Nothing that is thrown leaves it.

using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Bridge32
{
    // A value on its way from or to Rust; `value.rs` has its twin. The fields need no padding on any system.
    [StructLayout(LayoutKind.Sequential)]
    struct Value
    {
        // A scalar, the number of an object, or the address of characters, elements or packed strings.
        public long Bits;
        // The GC handle that keeps in place what `Bits` is the address of; on the way to Rust only.
        public long Owner;
        // The characters, the elements, or the rows of a matrix.
        public int Rows;
        public int Columns;
        // A `TypeCode`: of the value or of the elements; `Empty` is null.
        public short Kind;
        // 0, 1 or 2 dimensions.
        public short Rank;
        // Whether the value is wanted back after the call: `ref`, `out`, or an array that may have changed.
        public int Back;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    unsafe delegate int Entry(int operation, int subject, Value* arguments, int count, Value* result);

    // What cannot be bound, and what the assembly has instead.
    sealed class Mismatch : Exception
    {
        public readonly string[] Found;

        public Mismatch(string what, List<string> found)
        {
            found.Insert(0, what);
            Found = found.ToArray();
        }
    }

    // An argument is an object that is not there, or no longer.
    sealed class NoObject : Exception
    {
    }

    // A method of an interface, and what it calls, or the field that it reads or, if it has a parameter, writes.
    sealed class Bound
    {
        public MethodBase Method;
        public FieldInfo Field;
        // The struct to make without a constructor, of which structs need none.
        public Type Struct;
        // Whether the first argument is the object to call it on.
        public bool IsOnArgument;
        // Otherwise the object to call it on; null for static methods and constructors.
        public object Target;
        // Without what says that they are by reference.
        public Type[] Parameters;
    }

    public static unsafe class Shim
    {
        const int Load = 0, Bind = 1, Invoke = 2, Release = 3, Free = 4, Classes = 5;
        const int Done = 0, Thrown = 1, Mismatched = 2, ObjectMissing = 3;
        const int OnArgument = 1, Construct = 2;
        const int CallMethod = 0, GetMember = 1, SetMember = 2;

        const BindingFlags Public =
            BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;

        // Kept: native code has its address.
        static Entry entry;
        static readonly object gate = new object();
        static readonly List<Assembly> assemblies = new List<Assembly>();
        static readonly List<string> folders = new List<string>();
        static readonly List<Bound> methods = new List<Bound>();
        static readonly Dictionary<Type, object> shared = new Dictionary<Type, object>();
        static readonly Dictionary<long, object> objects = new Dictionary<long, object>();
        // Numbers begin with the time, in units of 100 ns, so that those of an earlier process mean nothing in this one.
        // (Not with a `Guid`: for those Mono needs a library that few systems have for 32-bit processes.)
        static long lastObject = DateTime.UtcNow.Ticks;

        // The address of the entry.
        public static long Start()
        {
            entry = Call;
            AppDomain.CurrentDomain.AssemblyResolve += Resolve;
            return Marshal.GetFunctionPointerForDelegate(entry).ToInt64();
        }

        static int Call(int operation, int subject, Value* arguments, int count, Value* result)
        {
            int argument = 0;
            try
            {
                switch (operation)
                {
                    case Load:
                        LoadFrom((string)Read(arguments, null), (string[])Read(arguments + 1, null), result);
                        break;
                    case Bind:
                        BindTo(subject, arguments, result);
                        break;
                    case Invoke:
                        InvokeMethod(subject, arguments, count, result, ref argument);
                        break;
                    case Release:
                        lock (gate)
                        {
                            if (!objects.Remove(arguments->Bits))
                            {
                                throw new NoObject();
                            }
                        }
                        break;
                    case Free:
                        GCHandle.FromIntPtr(new IntPtr(arguments->Owner)).Free();
                        break;
                    case Classes:
                        WriteStrings(ClassNames(), result);
                        break;
                    default:
                        throw new ArgumentException("the shim knows no operation " + operation);
                }
                return Done;
            }
            catch (NoObject)
            {
                result->Bits = argument;
                return ObjectMissing;
            }
            catch (Mismatch mismatch)
            {
                WriteStrings(mismatch.Found, result);
                return Mismatched;
            }
            catch (Exception exception)
            {
                // What reflection has called threw the inner one.
                WriteStrings(Describe(exception is TargetInvocationException ? exception.InnerException : exception), result);
                return Thrown;
            }
        }

        // Loading

        static void LoadFrom(string path, string[] further, Value* result)
        {
            lock (gate)
            {
                folders.AddRange(further);
                Assembly assembly = Assembly.LoadFrom(path);
                int number = assemblies.IndexOf(assembly);
                if (number < 0)
                {
                    number = assemblies.Count;
                    assemblies.Add(assembly);
                }
                Write(number, result);
            }
        }

        // Looks for what an assembly needs, and the runtime does not find by itself, in the folders at hand.
        static Assembly Resolve(object sender, ResolveEventArgs wanted)
        {
            string name = new AssemblyName(wanted.Name).Name + ".dll";
            foreach (string folder in folders)
            {
                string path = Path.Combine(folder, name);
                if (File.Exists(path))
                {
                    return Assembly.LoadFrom(path);
                }
            }
            return null;
        }

        static string[] ClassNames()
        {
            List<string> names = new List<string>();
            lock (gate)
            {
                foreach (Assembly assembly in assemblies)
                {
                    names.AddRange(PublicClasses(assembly));
                }
            }
            return names.ToArray();
        }

        static List<string> PublicClasses(Assembly assembly)
        {
            Type[] types;
            try
            {
                types = assembly.GetTypes();
            }
            catch (ReflectionTypeLoadException partly)
            {
                // What the others need is missing; these can be used.
                types = partly.Types;
            }
            List<string> names = new List<string>();
            foreach (Type type in types)
            {
                if (type != null && type.IsVisible)
                {
                    names.Add(type.FullName);
                }
            }
            return names;
        }

        // Binding

        static void BindTo(int assembly, Value* arguments, Value* result)
        {
            string className = (string)Read(arguments, null);
            string name = (string)Read(arguments + 1, null);
            int form = (int)Read(arguments + 2, null);
            string returns = (string)Read(arguments + 3, null);
            string[] parameters = (string[])Read(arguments + 4, null);
            int access = (int)Read(arguments + 5, null);
            lock (gate)
            {
                Type type = Find(assemblies[assembly], className);
                if (type == null)
                {
                    throw new Mismatch("class", PublicClasses(assemblies[assembly]));
                }
                methods.Add(Prepare(assemblies[assembly], type, name, form, access, returns, parameters));
                Write(methods.Count - 1, result);
            }
        }

        // A class of the assembly, or of the runtime's class library.
        static Type Find(Assembly assembly, string name)
        {
            return assembly.GetType(name, false) ?? Type.GetType(name, false);
        }

        static Bound Prepare(
            Assembly assembly, Type type, string name, int form, int access, string returns, string[] parameters)
        {
            Bound bound = new Bound { IsOnArgument = form == OnArgument };
            bool isStatic;
            if (access != CallMethod)
            {
                bound.Field = ChooseField(assembly, type, name, form, access, returns, parameters);
            }
            if (form == Construct && type.IsValueType && parameters.Length == 0 && type.ToString() == returns)
            {
                bound.Struct = type;
                bound.Parameters = Type.EmptyTypes;
                return bound;
            }
            if (bound.Field != null)
            {
                bound.Parameters = access == SetMember ? new[] { bound.Field.FieldType } : Type.EmptyTypes;
                isStatic = bound.Field.IsStatic;
            }
            else
            {
                MethodBase method = access == CallMethod
                    ? Choose(assembly, type, name, form, returns, parameters)
                    : ChooseAccessor(assembly, type, name, form, access, returns, parameters);
                bound.Method = method;
                bound.Parameters = Array.ConvertAll(method.GetParameters(), parameter => Bare(parameter.ParameterType));
                isStatic = method.IsStatic;
            }
            if (!isStatic && form == 0 && !shared.TryGetValue(type, out bound.Target))
            {
                if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) == null)
                {
                    throw new Mismatch("object", new List<string>());
                }
                bound.Target = Activator.CreateInstance(type);
                shared.Add(type, bound.Target);
            }
            return bound;
        }

        // The overload with exactly these types, or else with enums for their integers, or else the first that takes and gives them.
        static MethodBase Choose(
            Assembly assembly, Type type, string name, int form, string returns, string[] parameters)
        {
            List<MethodBase> all = new List<MethodBase>();
            all.AddRange(form == Construct ? (MethodBase[])type.GetConstructors() : type.GetMethods(Public));
            List<MethodBase> named = all.FindAll(method => form == Construct || method.Name == name);
            MethodBase found = ChooseOf(named, assembly, form, returns, parameters);
            if (found != null)
            {
                return found;
            }
            if (named.Count == 0)
            {
                named = all.FindAll(method => string.Equals(method.Name, name, StringComparison.OrdinalIgnoreCase));
            }
            if (named.Count == 0)
            {
                named = all.FindAll(method => method.DeclaringType == type);
            }
            throw new Mismatch("method", named.ConvertAll(method => Signature(method)));
        }

        static MethodBase ChooseOf(
            List<MethodBase> named, Assembly assembly, int form, string returns, string[] parameters)
        {
            List<MethodBase> possible = named.FindAll(method => form != OnArgument || !method.IsStatic);
            return possible.Find(method => Fits(method, returns, parameters, (actual, wanted) => false))
                ?? possible.Find(method => Fits(method, returns, parameters, IsEnumOf))
                ?? possible.Find(method => Fits(method, returns, parameters,
                    (actual, wanted) => IsEnumOf(actual, wanted) || Gives(assembly, actual, wanted),
                    (actual, wanted) => IsEnumOf(actual, wanted) || Takes(assembly, actual, wanted)));
        }

        // The public field of this name, if it has the type and can be read or written.
        static FieldInfo ChooseField(
            Assembly assembly, Type type, string name, int form, int access, string returns, string[] parameters)
        {
            FieldInfo found = Array.Find(type.GetFields(Public), field => field.Name == name);
            if (found == null || form == OnArgument && found.IsStatic)
            {
                return null;
            }
            bool fits = access == GetMember
                ? IsNamed(found.FieldType, returns) || IsEnumOf(found.FieldType, returns)
                    || Gives(assembly, found.FieldType, returns)
                : !found.IsInitOnly && !found.IsLiteral
                    && (IsNamed(found.FieldType, parameters[0]) || IsEnumOf(found.FieldType, parameters[0])
                        || Takes(assembly, found.FieldType, parameters[0]));
            return fits ? found : null;
        }

        // What reads or writes the public property of this name.
        static MethodBase ChooseAccessor(
            Assembly assembly, Type type, string name, int form, int access, string returns, string[] parameters)
        {
            PropertyInfo[] properties = type.GetProperties(Public);
            List<MethodBase> accessors = new List<MethodBase>();
            foreach (PropertyInfo property in properties)
            {
                MethodBase accessor = access == GetMember ? property.GetGetMethod() : property.GetSetMethod();
                if (property.Name == name && accessor != null)
                {
                    accessors.Add(accessor);
                }
            }
            MethodBase found = ChooseOf(accessors, assembly, form, returns, parameters);
            if (found != null)
            {
                return found;
            }
            List<string> members = new List<string>();
            foreach (bool all in new[] { false, true })
            {
                foreach (FieldInfo field in type.GetFields(Public))
                {
                    if (all || string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase))
                    {
                        string kind = field.IsLiteral ? "const " : field.IsStatic ? "static " : "";
                        members.Add(kind + (field.IsInitOnly ? "readonly " : "") + field.FieldType + " " + field.Name);
                    }
                }
                foreach (PropertyInfo property in properties)
                {
                    if (all || string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                    {
                        string get = property.GetGetMethod() != null ? " get;" : "";
                        string set = property.GetSetMethod() != null ? " set;" : "";
                        members.Add(property.PropertyType + " " + property.Name + " {" + get + set + " }");
                    }
                }
                if (members.Count != 0)
                {
                    break;
                }
            }
            throw new Mismatch("member", members);
        }

        // Whether what has a type can be had as one of a known name.
        static bool Gives(Assembly assembly, Type actual, string wanted)
        {
            Type known = Find(assembly, wanted);
            return known != null && known.IsAssignableFrom(actual);
        }

        // Whether what has a type accepts one of a known name.
        static bool Takes(Assembly assembly, Type actual, string wanted)
        {
            Type known = Find(assembly, wanted);
            return known != null && actual.IsAssignableFrom(known);
        }

        static bool Fits(MethodBase method, string returns, string[] parameters, Func<Type, string, bool> other)
        {
            return Fits(method, returns, parameters, other, other);
        }

        // Whether a method gives and takes these types: by name, or as the functions say.
        static bool Fits(
            MethodBase method, string returns, string[] parameters, Func<Type, string, bool> gives,
            Func<Type, string, bool> takes)
        {
            ParameterInfo[] actual = method.GetParameters();
            if (actual.Length != parameters.Length || method.IsGenericMethodDefinition)
            {
                return false;
            }
            if (!IsNamed(Returned(method), returns) && !gives(Returned(method), returns))
            {
                return false;
            }
            for (int place = 0; place < actual.Length; ++place)
            {
                Type type = actual[place].ParameterType;
                if (!IsNamed(type, parameters[place]) && !takes(type, parameters[place]))
                {
                    return false;
                }
            }
            return true;
        }

        static bool IsNamed(Type type, string name)
        {
            return type.ToString() == name;
        }

        // Whether a type is an enum with the integer of this name.
        static bool IsEnumOf(Type type, string name)
        {
            return Bare(type).IsEnum && Enum.GetUnderlyingType(Bare(type)) + (type.IsByRef ? "&" : "") == name;
        }

        static Type Returned(MethodBase method)
        {
            MethodInfo function = method as MethodInfo;
            return function == null ? method.DeclaringType : function.ReturnType;
        }

        // A type without what says that it is by reference.
        static Type Bare(Type type)
        {
            return type.IsByRef ? type.GetElementType() : type;
        }

        static string Signature(MethodBase method)
        {
            StringBuilder text = new StringBuilder();
            if (method.IsConstructor)
            {
                text.Append("new ").Append(method.DeclaringType);
            }
            else
            {
                text.Append(method.IsStatic ? "static " : "").Append(Returned(method)).Append(' ').Append(method.Name);
            }
            string[] parameters = Array.ConvertAll(method.GetParameters(), parameter =>
            {
                string kind = !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : "ref ";
                return kind + Bare(parameter.ParameterType);
            });
            return text.Append('(').Append(string.Join(", ", parameters)).Append(')').ToString();
        }

        // Calling

        static void InvokeMethod(int number, Value* arguments, int count, Value* result, ref int argument)
        {
            Bound bound;
            lock (gate)
            {
                bound = methods[number];
            }
            object target = bound.Target;
            int before = bound.IsOnArgument ? 1 : 0;
            object[] values = new object[count - before];
            for (argument = 0; argument < count; ++argument)
            {
                if (argument < before)
                {
                    target = Read(arguments, null);
                }
                else
                {
                    values[argument - before] = Read(arguments + argument, bound.Parameters[argument - before]);
                }
            }
            object returned = Use(bound, target, values);
            for (int place = before; place < count; ++place)
            {
                if (arguments[place].Back != 0)
                {
                    Write(values[place - before], arguments + place);
                }
            }
            Write(returned, result);
        }

        static object Use(Bound bound, object target, object[] values)
        {
            if (bound.Struct != null)
            {
                return Activator.CreateInstance(bound.Struct);
            }
            if (bound.Field == null)
            {
                ConstructorInfo constructor = bound.Method as ConstructorInfo;
                return constructor == null ? bound.Method.Invoke(target, values) : constructor.Invoke(values);
            }
            if (values.Length == 0)
            {
                return bound.Field.GetValue(target);
            }
            bound.Field.SetValue(target, values[0]);
            return null;
        }

        // Type, message and stack trace; an exception's own properties may throw, too.
        static string[] Describe(Exception exception)
        {
            string message = "", trace = "";
            try
            {
                message = exception.Message ?? "";
                trace = exception.StackTrace ?? "";
                if (exception.InnerException != null)
                {
                    trace += "\ncaused by " + exception.InnerException;
                }
            }
            catch (Exception another)
            {
                trace += "\nits description failed with " + another.GetType();
            }
            return new[] { exception.GetType().ToString(), message, trace };
        }

        // Values

        static readonly Type[] scalars =
        {
            null, null, null, typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort),
            typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double),
        };

        static object Read(Value* value, Type wanted)
        {
            TypeCode kind = (TypeCode)value->Kind;
            if (kind == TypeCode.Empty)
            {
                return null;
            }
            if (kind == TypeCode.Object)
            {
                lock (gate)
                {
                    object found;
                    if (!objects.TryGetValue(value->Bits, out found))
                    {
                        throw new NoObject();
                    }
                    return found;
                }
            }
            if (kind == TypeCode.String)
            {
                return value->Rank == 0
                    ? (object)new string((char*)value->Bits, 0, value->Rows)
                    : ReadStrings((byte*)value->Bits, value->Rows);
            }
            if (value->Rank != 0)
            {
                return ReadArray(value, scalars[value->Kind]);
            }
            object scalar = ReadScalar(kind, value->Bits);
            return wanted != null && wanted.IsEnum ? Enum.ToObject(wanted, scalar) : scalar;
        }

        static object ReadScalar(TypeCode kind, long bits)
        {
            switch (kind)
            {
                case TypeCode.Boolean: return bits != 0;
                case TypeCode.SByte: return (sbyte)bits;
                case TypeCode.Byte: return (byte)bits;
                case TypeCode.Int16: return (short)bits;
                case TypeCode.UInt16: return (ushort)bits;
                case TypeCode.Int32: return (int)bits;
                case TypeCode.UInt32: return (uint)bits;
                case TypeCode.Int64: return bits;
                case TypeCode.UInt64: return (ulong)bits;
                case TypeCode.Single: return *(float*)&bits;
                case TypeCode.Double: return *(double*)&bits;
                default: throw new ArgumentException("the shim knows no scalar " + kind);
            }
        }

        static Array ReadArray(Value* value, Type element)
        {
            Array array = value->Rank == 1
                ? Array.CreateInstance(element, value->Rows)
                : Array.CreateInstance(element, value->Rows, value->Columns);
            // What is not pinned as it is, truth values, is as many bytes.
            Array pinned = element == typeof(bool) ? new byte[array.Length] : array;
            GCHandle pin = GCHandle.Alloc(pinned, GCHandleType.Pinned);
            try
            {
                Copy((byte*)value->Bits, (byte*)pin.AddrOfPinnedObject(), Buffer.ByteLength(pinned));
            }
            finally
            {
                pin.Free();
            }
            if (pinned != array)
            {
                Buffer.BlockCopy(pinned, 0, array, 0, array.Length);
            }
            return array;
        }

        static void Copy(byte* from, byte* to, int count)
        {
            for (; count >= 8; count -= 8, from += 8, to += 8)
            {
                *(long*)to = *(long*)from;
            }
            for (; count > 0; --count)
            {
                *to++ = *from++;
            }
        }

        // Packed strings: of each its number of characters, -1 for null, and its characters.
        static string[] ReadStrings(byte* packed, int count)
        {
            string[] strings = new string[count];
            for (int place = 0; place < count; ++place)
            {
                int length = *(int*)packed;
                packed += 4;
                if (length >= 0)
                {
                    strings[place] = new string((char*)packed, 0, length);
                    packed += 2 * length;
                }
            }
            return strings;
        }

        static void Write(object value, Value* result)
        {
            *result = new Value();
            if (value == null)
            {
                return;
            }
            Array array = value as Array;
            if (value is string)
            {
                WritePinned(value, TypeCode.String, 0, ((string)value).Length, 0, result);
            }
            else if (value is string[])
            {
                WriteStrings((string[])value, result);
            }
            else if (array != null && array.GetType().GetElementType().IsPrimitive && IsPlain(array))
            {
                WriteArray(array, result);
            }
            else if (value is Enum || value.GetType().IsPrimitive)
            {
                WriteScalar(value, result);
            }
            else
            {
                lock (gate)
                {
                    objects.Add(++lastObject, value);
                    result->Bits = lastObject;
                    result->Kind = (short)TypeCode.Object;
                }
            }
        }

        // Whether an array has one or two dimensions, which begin at zero.
        static bool IsPlain(Array array)
        {
            return array.Rank == 1 && array.GetLowerBound(0) == 0
                || array.Rank == 2 && array.GetLowerBound(0) == 0 && array.GetLowerBound(1) == 0;
        }

        static void WriteScalar(object value, Value* result)
        {
            TypeCode kind = Type.GetTypeCode(value.GetType());
            long bits = 0;
            switch (kind)
            {
                case TypeCode.Single: *(float*)&bits = (float)value; break;
                case TypeCode.Double: *(double*)&bits = (double)value; break;
                case TypeCode.UInt64: bits = (long)Convert.ToUInt64(value); break;
                case TypeCode.Char: bits = (char)value; break;
                default: bits = Convert.ToInt64(value); break;
            }
            result->Bits = bits;
            result->Kind = (short)kind;
        }

        static void WriteArray(Array array, Value* result)
        {
            TypeCode kind = Type.GetTypeCode(array.GetType().GetElementType());
            int columns = array.Rank == 2 ? array.GetLength(1) : 0;
            Array pinned = array;
            if (kind == TypeCode.Boolean)
            {
                pinned = new byte[array.Length];
                Buffer.BlockCopy(array, 0, pinned, 0, array.Length);
            }
            WritePinned(pinned, kind, array.Rank, array.GetLength(0), columns, result);
        }

        static void WriteStrings(string[] strings, Value* result)
        {
            MemoryStream packed = new MemoryStream();
            BinaryWriter writer = new BinaryWriter(packed);
            foreach (string text in strings)
            {
                writer.Write(text == null ? -1 : text.Length);
                foreach (char unit in text ?? "")
                {
                    // Not as text: half a surrogate pair is to stay what it is.
                    writer.Write((ushort)unit);
                }
            }
            WritePinned(packed.ToArray(), TypeCode.String, 1, strings.Length, 0, result);
        }

        static void WritePinned(object value, TypeCode kind, int rank, int rows, int columns, Value* result)
        {
            GCHandle pin = GCHandle.Alloc(value, GCHandleType.Pinned);
            *result = new Value
            {
                Bits = pin.AddrOfPinnedObject().ToInt64(),
                Owner = GCHandle.ToIntPtr(pin).ToInt64(),
                Rows = rows,
                Columns = columns,
                Kind = (short)kind,
                Rank = (short)rank,
            };
        }
    }
}
