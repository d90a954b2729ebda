// SPDX-License-Identifier: Apache-2.0
using FastLedger.Consensus.Messages;

namespace FastLedger.Node.Cluster;

/// <summary>The batches that a block needs and that are not here. Bounded: what does not fit is wanted again soon.</summary>
/// <remarks>Thread: consensus. Alloc: at construction.</remarks>
internal sealed class WantedBatches
{
    private readonly BatchReference[] _references = new BatchReference[4 * BlockImage.MaxBatches];
    private readonly ulong[] _askAtNs = new ulong[4 * BlockImage.MaxBatches];

    public int Count { get; private set; }

    public ref readonly BatchReference this[int index] => ref _references[index];

    /// <summary>When to ask for a batch again.</summary>
    public ref ulong AskAtNs(int index) => ref _askAtNs[index];

    /// <summary>Adds a batch.</summary>
    /// <returns>False when it is there already, or there is no room.</returns>
    public bool Add(in BatchReference reference, ulong askAtNs)
    {
        for (int i = 0; i < Count; i++)
            if (_references[i] == reference) return false;
        if (Count == _references.Length) return false;
        _askAtNs[Count] = askAtNs;
        _references[Count++] = reference;
        return true;
    }

    /// <summary>Takes a batch out.</summary>
    /// <returns>False when it was not there.</returns>
    public bool Remove(in BatchReference reference)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_references[i] != reference) continue;
            _references[i] = _references[--Count];
            _askAtNs[i] = _askAtNs[Count];
            return true;
        }

        return false;
    }

    public void Clear() => Count = 0;
}
