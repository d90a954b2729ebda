// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FastLedger.Cryptography;

namespace FastLedger.Benchmarks.Cryptography;

/// <summary>Signing, and verifying one or several signatures at a time.</summary>
[MemoryDiagnoser]
public sealed unsafe class Ed25519Benchmarks : IDisposable
{
    private const int Most = 64;
    private const int Slot = 32 + 64 + 128;

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly SignedMessage[] _items = new SignedMessage[Most];
    private readonly bool[] _valid = new bool[Most];
    private byte* _memory;

    [Params(1, 2, 8, Most)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Sign()
    {
        _memory = (byte*)NativeMemory.AllocZeroed(Most * Slot);
        for (int i = 0; i < Most; i++)
        {
            byte* slot = _memory + (i * Slot);
            slot[96] = (byte)i;
            _key.PublicKey.Bytes.CopyTo(new Span<byte>(slot, 32));
            _key.Sign(new ReadOnlySpan<byte>(slot + 96, 128), new Span<byte>(slot + 32, 64));
            _items[i] = new SignedMessage(slot, slot + 96, 128, slot + 32);
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _key.Dispose();
    }

    [Benchmark]
    public int VerifyBatch() => Ed25519.VerifyBatch(_items.AsSpan(0, Count), _valid.AsSpan(0, Count));
}
