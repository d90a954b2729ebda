// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>What a read-only pass over a whole journal found.</summary>
/// <param name="Entries">Whole entries, from the first one on.</param>
/// <param name="Marks">Marks of the journal itself among them.</param>
/// <param name="PayloadBytes">Bytes of their payloads.</param>
/// <param name="LastHeight">Height of the last entry; 0 when there is none.</param>
/// <param name="End">How the journal ends; null when it is damaged.</param>
/// <param name="Damage">Where it is damaged; null when it is not.</param>
public sealed record JournalVerification(
    ulong Entries, ulong Marks, ulong PayloadBytes, ulong LastHeight, JournalEnd? End, JournalDamagedException? Damage)
{
    /// <summary>True when nothing durable is lost. A torn end counts as sound: it was never acknowledged.</summary>
    public bool IsSound => Damage is null;

    /// <summary>Reads a whole journal, verifies every byte, and changes nothing.</summary>
    /// <param name="directory">Where the segments are. Its owner should not be running.</param>
    /// <param name="payloadDigest">Recomputes the digests that the appender gave.</param>
    /// <param name="files">The system's files.</param>
    /// <exception cref="StorageFaultException">The device failed.</exception>
    public static JournalVerification Run(string directory, PayloadDigest? payloadDigest = null, IFileSystem? files = null)
    {
        ulong entries = 0, marks = 0, payloadBytes = 0, lastHeight = 0;
        try
        {
            using JournalReader reader = new(directory, payloadDigest, files) { IncludeMarks = true };
            while (reader.TryRead(out JournalEntry entry))
            {
                if (JournalFormat.IsMark(entry.Kind))
                {
                    marks++;
                    continue;
                }

                entries++;
                payloadBytes += (ulong)entry.Payload.Length;
                lastHeight = entry.Height;
            }

            return new JournalVerification(entries, marks, payloadBytes, lastHeight, reader.End, null);
        }
        catch (JournalDamagedException damage)
        {
            return new JournalVerification(entries, marks, payloadBytes, lastHeight, null, damage);
        }
    }
}
