// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain;
using FastLedger.Storage;

namespace FastLedger.Node.Checkpoints;

/// <summary>Takes the indexes of external ids from disk when recovery wants them, or says why they have to be made from the tables.</summary>
/// <remarks>Thread: one. Blocks: on the device.</remarks>
internal sealed class IndexLoading(string stateFolder, Manifest manifest, Action<string> progress) : IDisposable
{
    /// <summary>The index, when it was used.</summary>
    public StateIndex? Index { get; private set; }

    /// <summary>Fills the ledger's indexes.</summary>
    /// <returns>False when they have to be made from the tables.</returns>
    /// <exception cref="DirectoryInUseException">Another process has the index open.</exception>
    public bool TryFill(ExternalIds ids)
    {
        Index = StateIndex.TryRecover(stateFolder, manifest, out string? fault);
        fault ??= Index!.Read((kind, key, number) => ids.TryAdd(kind, key, number) ? null : $"{kind} {number} is not there, or its id is there twice");
        if (fault is null)
        {
            progress(FormattableString.Invariant($"Index of {Index!.Count} external ids taken from disk."));
            return true;
        }

        progress($"The index of height {manifest.Height} cannot be used and is made from the tables: {fault}");
        Dispose();
        return false;
    }

    public void Dispose()
    {
        Index?.Dispose();
        Index = null;
    }
}
