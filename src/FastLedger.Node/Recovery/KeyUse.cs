// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FastLedger.Node.Configuration;
using FastLedger.Storage;

namespace FastLedger.Node.Recovery;

/// <summary>
/// A mark beside the validator's key that a journal was written under it. A key with the mark and without a journal may have signed what nobody
/// here remembers: it is never used to sign again. Without durability there is no journal to lose, and no mark.
/// </summary>
internal static class KeyUse
{
    private const string Suffix = ".used";

    /// <summary>Was a journal written under the key?</summary>
    public static bool IsMarked(NodeOptions options) => options.Durability != Durability.None && File.Exists(PathOf(options));

    /// <summary>Leaves the mark, durably. Before the first signature, after the journal.</summary>
    public static void Mark(NodeOptions options)
    {
        string path = PathOf(options);
        if (options.Durability == Durability.None || File.Exists(path)) return;
        using (FileStream mark = new(path, FileMode.Create, FileAccess.Write)) mark.Flush(flushToDisk: true);
        PosixFileSystem.Instance.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static string PathOf(NodeOptions options) => Cluster.ValidatorIdentity.KeyPathOf(options) + Suffix;
}
