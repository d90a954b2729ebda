// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Protocol.Tests.StateSync;

/// <summary>
/// A session's results written from the definition: 256 entries of 64 bytes to a link; the last eight bytes of its first four entries are the
/// BLAKE3 of the link before, and the digest of the newest covers what is filled, at least four entries.
/// </summary>
internal sealed class NaiveChain
{
    private readonly List<byte[]> _links = [];

    public NaiveChain(Random random, ulong count)
    {
        Count = count;
        for (ulong entry = 0; entry < count; entry++)
        {
            if (entry % 256 == 0)
            {
                byte[] next = new byte[256 * 64];
                for (int i = 0; i < 4 && _links.Count > 0; i++) Blake3.Hash(_links[^1]).Bytes.Slice(8 * i, 8).CopyTo(next.AsSpan((64 * i) + 56));
                _links.Add(next);
            }

            random.NextBytes(_links[^1].AsSpan((int)(entry % 256) * 64, 56));
        }

        int filled = (int)(((count - 1) % 256) + 1);
        Root = Blake3.Hash(_links[^1].AsSpan(0, Math.Max(filled, 4) * 64));
    }

    public ulong Count { get; }

    public Hash256 Root { get; }

    public byte[] Link(ulong number) => _links[(int)number];
}
