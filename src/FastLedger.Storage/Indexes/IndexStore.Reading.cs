// SPDX-License-Identifier: Apache-2.0
using System;
using FASTER.core;

namespace FastLedger.Storage;

// All entries at once.
public sealed partial class IndexStore
{
    /// <summary>Gives every entry in the order of their additions.</summary>
    /// <param name="visitor">Gets key and value; it must not use the store. False ends the walk.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    /// <exception cref="StoreDamagedException">The log is not as it was written, or holds another number of entries than the store says.</exception>
    public void ReadAll(Func<UInt128, ulong, bool> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        _fault.ThrowIfAny();
        ulong read = 0;
        using (IFasterScanIterator<IndexKey, ulong> scan = _store.Log.Scan(_store.Log.BeginAddress, _store.Log.TailAddress))
        {
            while (scan.GetNext(out _, out IndexKey key, out ulong value))
            {
                _fault.ThrowIfAny();
                read++;
                if (!visitor(new UInt128(key.High, key.Low), value)) return;
            }
        }

        _fault.ThrowIfAny();
        if (read != Count) throw new StoreDamagedException(_options.Directory, 0, $"the log has {read} entries, the checkpoint {Count}");
    }
}
