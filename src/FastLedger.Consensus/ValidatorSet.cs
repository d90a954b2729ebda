// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Consensus.Encoding;
using FastLedger.Primitives;

namespace FastLedger.Consensus;

/// <summary>
/// The validators of one epoch, in the order that certificates number them. A validator is a node (its place in the cluster's
/// address book, stable over epochs) and the key it signs with in this epoch.
/// </summary>
public sealed class ValidatorSet
{
    /// <summary>Most validators of an epoch, and one above the largest node number.</summary>
    public const int MaxCount = 128;

    private readonly Hash256[] _keys = new Hash256[MaxCount];
    private readonly byte[] _nodes = new byte[MaxCount];
    private readonly sbyte[] _indexOfNode = new sbyte[MaxCount];

    /// <summary>Validators in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Faulty validators that the set tolerates: ⌊(n−1)/3⌋.</summary>
    public int FaultBound => (Count - 1) / 3;

    /// <summary>Signatures of a certificate: n − f. Two quorums share at least f + 1 validators.</summary>
    public int Quorum => Count - FaultBound;

    /// <summary>All nodes of the set, one bit each.</summary>
    public UInt128 NodeMask { get; private set; }

    /// <summary>The key of validator <paramref name="index"/>.</summary>
    public ref readonly Hash256 Key(int index) => ref _keys[index];

    /// <summary>The node of validator <paramref name="index"/>.</summary>
    public int Node(int index) => _nodes[index];

    /// <summary>The validator that runs on <paramref name="node"/>, or −1.</summary>
    public int IndexOfNode(int node) => (uint)node < MaxCount && Count > 0 ? _indexOfNode[node] : -1;

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        Count = 0;
        NodeMask = 0;
        Array.Fill(_indexOfNode, (sbyte)-1);
    }

    /// <summary>Appends a validator.</summary>
    /// <returns>False when the set is full, the node is out of range or present, or the key is zero or present.</returns>
    public bool TryAdd(int node, in Hash256 key)
    {
        if (Count == 0) Clear();
        if (Count == MaxCount || (uint)node >= MaxCount || _indexOfNode[node] >= 0 || key.IsZero) return false;
        for (int i = 0; i < Count; i++)
        {
            if (_keys[i] == key) return false;
        }

        _indexOfNode[node] = (sbyte)Count;
        _nodes[Count] = (byte)node;
        _keys[Count++] = key;
        NodeMask |= UInt128.One << node;
        return true;
    }

    /// <summary>Takes over the content of <paramref name="other"/>.</summary>
    public void CopyFrom(ValidatorSet other)
    {
        Clear();
        for (int i = 0; i < other.Count; i++) Invariant.Check(TryAdd(other.Node(i), other.Key(i)));
    }

    /// <summary>Encoded size in bytes.</summary>
    public int EncodedSize => 2 + Count * 33;

    /// <summary>Count, then node and key of each validator.</summary>
    public void Write(ref FrameWriter writer)
    {
        writer.U16(Count);
        for (int i = 0; i < Count; i++)
        {
            writer.U8(_nodes[i]);
            writer.Hash(_keys[i]);
        }
    }

    /// <summary>Reads a set that fills <paramref name="encoded"/> exactly.</summary>
    /// <returns>False, with an empty set, when the bytes are not the encoding of a set.</returns>
    public bool TryRead(ReadOnlySpan<byte> encoded)
    {
        Clear();
        var reader = new FrameReader(encoded);
        int count = reader.U16();
        bool valid = count is > 0 and <= MaxCount;
        for (int i = 0; valid && i < count; i++)
        {
            int node = reader.U8();
            Hash256 key = reader.Hash();
            valid = !reader.Failed && TryAdd(node, key);
        }

        if (valid && reader.Complete) return true;
        Clear();
        return false;
    }
}
