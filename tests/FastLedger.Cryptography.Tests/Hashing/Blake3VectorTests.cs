// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

/// <summary>The official test vectors in every mode, one-shot and in pieces.</summary>
public class Blake3VectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors/blake3.json"))).RootElement;

    public static TheoryData<int> Lengths()
    {
        TheoryData<int> data = [];
        foreach (JsonElement vector in Vectors.GetProperty("cases").EnumerateArray()) data.Add(vector.GetProperty("input_len").GetInt32());
        return data;
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_plain_mode_gives_the_published_bytes(int length)
    {
        byte[] expected = Expected(length, "hash"), output = new byte[expected.Length];
        Blake3.Hash(Input(length), output);
        Assert.Equal(expected, output);
        Assert.Equal(expected.AsSpan(0, 32).ToArray(), Blake3.Hash(Input(length)).Bytes.ToArray());
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_keyed_mode_gives_the_published_bytes(int length)
    {
        byte[] expected = Expected(length, "keyed_hash"), output = new byte[expected.Length];
        Hash256 key = new(Encoding.ASCII.GetBytes(Vectors.GetProperty("key").GetString()!));
        Blake3.HashKeyed(key, Input(length), output);
        Assert.Equal(expected, output);
        Blake3Hasher hasher = Blake3Hasher.CreateKeyed(key);
        AssertPieces(ref hasher, length, expected);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_derive_key_mode_gives_the_published_bytes(int length)
    {
        byte[] expected = Expected(length, "derive_key"), output = new byte[expected.Length];
        byte[] context = Encoding.ASCII.GetBytes(Vectors.GetProperty("context_string").GetString()!);
        Blake3.DeriveKey(context, Input(length), output);
        Assert.Equal(expected, output);
        Blake3Hasher hasher = Blake3Hasher.CreateDeriveKey(context);
        AssertPieces(ref hasher, length, expected);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Any_pieces_give_the_same_digest_as_the_whole(int length)
    {
        byte[] expected = Expected(length, "hash"), input = Input(length);
        foreach (int piece in new List<int> { 1, 63, 64, 65, 1023, 1024, 1025, 2048, 3000, 16384, 20000, 65536 })
        {
            if (piece == 1 && length > 10000) continue;
            Blake3Hasher hasher = Blake3Hasher.Create();
            for (int i = 0; i < length; i += piece) hasher.Update(input.AsSpan(i, Math.Min(piece, length - i)));
            byte[] output = new byte[expected.Length];
            hasher.Finish(output);
            Assert.Equal(expected, output);
        }
    }

    private static void AssertPieces(ref Blake3Hasher hasher, int length, byte[] expected)
    {
        byte[] input = Input(length), output = new byte[expected.Length];
        hasher.Update(input.AsSpan(0, length / 3));
        hasher.Finish(output); // looking at an intermediate digest changes nothing
        hasher.Update(input.AsSpan(length / 3));
        hasher.Finish(output);
        Assert.Equal(expected, output);
    }

    private static byte[] Expected(int length, string mode)
    {
        foreach (JsonElement vector in Vectors.GetProperty("cases").EnumerateArray())
            if (vector.GetProperty("input_len").GetInt32() == length) return Convert.FromHexString(vector.GetProperty(mode).GetString()!);
        throw new InvalidDataException($"No vector of length {length}");
    }

    private static byte[] Input(int length)
    {
        byte[] input = new byte[length];
        for (int i = 0; i < length; i++) input[i] = (byte)(i % 251);
        return input;
    }
}
