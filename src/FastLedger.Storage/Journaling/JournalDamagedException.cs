// SPDX-License-Identifier: Apache-2.0
using System.IO;

namespace FastLedger.Storage;

/// <summary>
/// The journal lost something that was durable: bytes changed, or a segment is missing, shortened or not its own. The replica must not
/// go on from it; it is repaired from a copy or from peers.
/// </summary>
public sealed class JournalDamagedException : IOException
{
    /// <summary>Names the place.</summary>
    public JournalDamagedException(string file, long offset, string reason)
        : base($"{file} is damaged at offset {offset}: {reason}")
    {
        File = file;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>Full path of the segment.</summary>
    public string File { get; }

    /// <summary>Where the first entry stands that cannot be read, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Reason { get; }
}
