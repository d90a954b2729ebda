// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;
using CsCheck;
using FastLedger.Primitives;

namespace FastLedger.Cryptography.Tests;

/// <summary>Every vector path against the scalar one. Run the suite with instruction sets switched off to cover the dispatcher too.</summary>
public unsafe class Blake3PathTests
{
    private const int Ahead = 32;

    private delegate void Path(byte** inputs, byte** outputs, int groups, in LaneJob job);

    [Fact]
    public void Sixteen_lanes_equal_scalar()
    {
        if (Blake3Vector512.IsSupported) AssertEqualsScalar(Blake3Vector512.Hash, Blake3Vector512.Lanes);
    }

    [Fact]
    public void Eight_lanes_equal_scalar()
    {
        if (Blake3Vector256.IsSupported) AssertEqualsScalar(Blake3Vector256.Hash, Blake3Vector256.Lanes);
    }

    [Fact]
    public void Four_lanes_equal_scalar()
    {
        if (Blake3Vector128.IsSupported) AssertEqualsScalar(Blake3Vector128.Hash, Blake3Vector128.Lanes);
    }

    private static void AssertEqualsScalar(Path path, int lanes)
    {
        Gen<(byte[] Bytes, int Groups, int Blocks, ulong Counter, bool Step)> cases =
            Gen.Select(Gen.Byte.Array[2048], Gen.Int[1, 4], Gen.Int[1, 16], Gen.OneOf(Gen.ULong, Gen.Const(uint.MaxValue - 5UL)), Gen.Bool);
        cases.Sample(test =>
        {
            int count = test.Groups * lanes;
            byte** inputs = stackalloc byte*[64 + Ahead], expectedOutputs = stackalloc byte*[64], outputs = stackalloc byte*[64 + Ahead];
            byte[] expected = new byte[count * 32], actual = new byte[count * 32];
            fixed (byte* bytes = test.Bytes)
            fixed (byte* e = expected)
            fixed (byte* a = actual)
            {
                // Overlapping inputs at odd addresses: no alignment is assumed.
                for (int i = 0; i < count; i++)
                {
                    inputs[i] = bytes + (i * 37 % 1000);
                    expectedOutputs[i] = e + (i * 32);
                    outputs[i] = a + (i * 5 % count * 32); // shuffled: no count of lanes has the factor 5
                }

                LaneJob job = new(Blake3Constants.IvPointer, (uint)test.Blocks, test.Counter, test.Step ? 1u : 0, 16, 1, 2) { ListAhead = test.Step ? 0 : (uint)Ahead };
                Blake3Scalar.Hash(inputs, expectedOutputs, count, job);
                path(inputs, outputs, test.Groups, job);
                for (int i = 0; i < count; i++) Assert.True(new Span<byte>(outputs[i], 32).SequenceEqual(new Span<byte>(expectedOutputs[i], 32)));
            }
        }, iter: 300);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(1024)]
    public void Many_records_hash_like_each_by_itself(int recordSize)
    {
        Random random = new(recordSize);
        for (int count = 0; count < 70; count++)
        {
            byte[] records = new byte[count * recordSize];
            random.NextBytes(records);
            Hash256[] hashes = new Hash256[count];
            Blake3.HashMany(records, recordSize, hashes);
            for (int i = 0; i < count; i++) Assert.Equal(Blake3.Hash(records.AsSpan(i * recordSize, recordSize)), hashes[i]);
        }
    }

    [Fact]
    public void Parents_are_hashed_alike_whatever_their_number()
    {
        Random random = new(7);
        byte[] children = new byte[2 * 1200 * 32];
        random.NextBytes(children);
        Hash256[] typed = new Hash256[2400];
        for (int i = 0; i < typed.Length; i++) typed[i] = new Hash256(children.AsSpan(i * 32, 32));
        for (int count = 0; count <= 1200; count += count < 40 ? 1 : 97)
        {
            Hash256[] parents = new Hash256[count];
            Blake3.HashParents(typed.AsSpan(0, 2 * count), parents);
            for (int i = 0; i < count; i++) Assert.Equal(Merkle.Node(typed[2 * i], typed[(2 * i) + 1]), parents[i]);
        }
    }

    [Fact]
    public void Random_lengths_in_random_pieces_give_one_digest() =>
        Gen.Select(Gen.Int[0, 65536], Gen.Int[0, 65536].Array[0, 6], Gen.Int).Sample((length, cuts, seed) =>
        {
            byte[] input = new byte[length + 1];
            new Random(seed).NextBytes(input);
            Span<byte> unaligned = input.AsSpan(1);
            Array.Sort(cuts);
            Blake3Hasher hasher = Blake3Hasher.Create();
            int start = 0;
            foreach (int cut in cuts)
            {
                int end = Math.Max(start, Math.Min(cut, length));
                hasher.Update(unaligned[start..end]);
                start = end;
            }

            hasher.Update(unaligned[start..]);
            Assert.Equal(Blake3.Hash(unaligned), hasher.Finish());
        }, iter: 500);

    [Fact]
    public void Files_agree_with_b3sum_where_it_is_installed()
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            byte[] bytes = new byte[3_000_001];
            new Random(3).NextBytes(bytes);
            foreach (int length in new[] { 0, 1, 1024, 16384, 16385, 31 * 1024, 65536, 1_000_000, bytes.Length })
            {
                File.WriteAllBytes(file, bytes[..length]);
                using Process? b3sum = Start(file);
                if (b3sum == null) return; // not installed here
                string digest = b3sum.StandardOutput.ReadToEnd().Trim();
                b3sum.WaitForExit();
                Assert.Equal(digest, Blake3.Hash(bytes.AsSpan(0, length)).ToString());
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Process? Start(string file)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("b3sum", ["--no-names", file]) { RedirectStandardOutput = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
