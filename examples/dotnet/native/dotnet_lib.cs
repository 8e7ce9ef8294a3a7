// Arithmetic, matrices, text and a counter: classes with and without a namespace, instance and static methods.

using System;
using System.Collections.Generic;

namespace DotNetMSL
{
    public class BasicMath
    {
        public int add_integers(int a, int b)
        {
            return a + b;
        }

        public float divide_floats(float a, float b)
        {
            return a / b;
        }

        public double multiply_doubles(double a, double b)
        {
            return a * b;
        }

        public double add_or_subtract(double a, double b, bool do_addition)
        {
            return do_addition ? a + b : a - b;
        }

        public int divide_integers(int a, int b)
        {
            return a / b;
        }
    }

    public class ArrayManipulation
    {
        public double[] scalar_multiply(double a, double[] xin)
        {
            return Array.ConvertAll(xin, x => a * x);
        }

        public double[,] multiply_matrices(double[,] a, double[,] b)
        {
            if (a.GetLength(1) != b.GetLength(0))
            {
                throw new ArgumentException(string.Format(
                    "a matrix of {0}x{1} cannot be multiplied by one of {2}x{3}",
                    a.GetLength(0), a.GetLength(1), b.GetLength(0), b.GetLength(1)));
            }
            double[,] product = new double[a.GetLength(0), b.GetLength(1)];
            for (int row = 0; row < a.GetLength(0); ++row)
            {
                for (int column = 0; column < b.GetLength(1); ++column)
                {
                    for (int place = 0; place < a.GetLength(1); ++place)
                    {
                        product[row, column] += a[row, place] * b[place, column];
                    }
                }
            }
            return product;
        }
    }
}

public class StringManipulation
{
    public string reverse_string(string original)
    {
        char[] characters = original.ToCharArray();
        Array.Reverse(characters);
        return new string(characters);
    }
}

public static class StaticClass
{
    public static int add_multiple(int a, int b, int c, int d, int e)
    {
        return a + b + c + d + e;
    }

    public static string concatenate(string a, string b, string c, bool d, string e)
    {
        return d ? a + b + c + e : a + b + c;
    }
}

// Counts the words of the texts that it is given.
public class WordCounter
{
    readonly SortedDictionary<string, int> counts = new SortedDictionary<string, int>(StringComparer.Ordinal);

    public WordCounter(string text)
    {
        add(text);
    }

    // The number of different words so far.
    public int add(string text)
    {
        foreach (string word in text.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries))
        {
            int count;
            counts.TryGetValue(word, out count);
            counts[word] = count + 1;
        }
        return counts.Count;
    }

    // Whether the word occurred, and how often.
    public bool try_count(string word, out int count)
    {
        return counts.TryGetValue(word, out count);
    }

    // The words that both have.
    public string[] common(WordCounter other)
    {
        List<string> words = new List<string>(counts.Keys);
        return words.FindAll(other.counts.ContainsKey).ToArray();
    }
}
