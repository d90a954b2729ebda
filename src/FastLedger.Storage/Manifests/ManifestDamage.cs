// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>A manifest that cannot be used.</summary>
/// <param name="File">Full path.</param>
/// <param name="Offset">Where something is wrong, in bytes from the start of the file.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record ManifestDamage(string File, long Offset, string Reason)
{
    public override string ToString() => $"{File} is damaged at offset {Offset}: {Reason}";
}
