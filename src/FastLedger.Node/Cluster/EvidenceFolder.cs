// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using FastLedger.Cryptography;

namespace FastLedger.Node.Cluster;

/// <summary>
/// Proofs that a validator broke the rules: one file each, so that handing one over is copying it. The content is an evidence message of the
/// consensus core, which anybody with the validators' keys can check.
/// </summary>
/// <remarks>Thread: consensus. Blocks: on the disk, the first time a proof is seen.</remarks>
public sealed class EvidenceFolder(string directory)
{
    private const int MaxFiles = 1024;

    /// <summary>Where the proofs are.</summary>
    public string Directory { get; } = directory;

    /// <summary>Keeps a proof; one that is here already is not written again, and more than 1,024 are not kept.</summary>
    /// <param name="evidence">An encoded evidence message.</param>
    /// <param name="validator">The guilty one.</param>
    /// <param name="epoch">The epoch whose validators are meant.</param>
    public void Add(ReadOnlySpan<byte> evidence, int validator, ulong epoch)
    {
        System.IO.Directory.CreateDirectory(Directory);
        string name = string.Create(CultureInfo.InvariantCulture, $"epoch-{epoch}-validator-{validator}-{Blake3.Hash(evidence).ToString()[..16]}.evidence");
        string path = Path.Combine(Directory, name);
        if (File.Exists(path) || System.IO.Directory.GetFiles(Directory).Length >= MaxFiles) return;
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(evidence);
        file.Flush(flushToDisk: true);
    }
}
