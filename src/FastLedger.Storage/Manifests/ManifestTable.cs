// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives;

namespace FastLedger.Storage;

/// <summary>A table as of a manifest's height.</summary>
/// <param name="Id">Number of the table.</param>
/// <param name="RecordSize">Bytes of a record.</param>
/// <param name="Count">Records in use, record 0 included.</param>
/// <param name="Root">Merkle root over them.</param>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly record struct ManifestTable(uint Id, uint RecordSize, ulong Count, Hash256 Root)
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 48;
}
