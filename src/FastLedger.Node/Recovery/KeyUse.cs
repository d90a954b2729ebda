// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FastLedger.Consensus;
using FastLedger.Node.Cluster;
using FastLedger.Node.Configuration;
using FastLedger.Primitives;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>
/// A mark beside the validator's key that a journal was written under it. A key with the mark and without a journal may have signed what nobody
/// here remembers: it is never used to sign again. Without durability there is no journal to lose, and no mark.
/// </summary>
internal static class KeyUse
{
    private const string Suffix = ".used";

    /// <summary>Was a journal written under a key while an epoch named it?</summary>
    /// <param name="options">Settings.</param>
    /// <param name="key">Place of the key among those of the identity.</param>
    public static bool IsMarked(NodeOptions options, int key) => options.Durability != Durability.None && File.Exists(PathOf(options, key));

    /// <summary>Leaves the marks of the keys that an epoch's validator set names, durably: before the first signature, after the journal.</summary>
    public static void Mark(NodeOptions options, ValidatorIdentity identity, ValidatorSet validators)
    {
        if (options.Durability == Durability.None) return;
        for (int i = 0; i < identity.Keys.Count; i++)
        {
            string path = PathOf(options, i);
            if (!IsNamed(identity.Keys[i].PublicKey, validators) || File.Exists(path)) continue;
            using (FileStream mark = new(path, FileMode.Create, FileAccess.Write)) mark.Flush(flushToDisk: true);
            PosixFileSystem.Instance.SyncDirectory(Path.GetDirectoryName(path)!);
        }
    }

    private static bool IsNamed(in Hash256 key, ValidatorSet validators)
    {
        for (int i = 0; i < validators.Count; i++)
            if (validators.Key(i) == key) return true;
        return false;
    }

    private static string PathOf(NodeOptions options, int key) =>
        Path.GetFullPath(key == 0 ? ValidatorIdentity.KeyPathOf(options) : options.Cluster.NextKeyFile) + Suffix;
}
