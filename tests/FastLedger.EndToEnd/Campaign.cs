// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace FastLedger.EndToEnd;

/// <summary>How long the campaigns are and where they start. <c>FASTLEDGER_CAMPAIGN=long</c> runs them at the length that a release needs, a
/// number at that length; <c>FASTLEDGER_SEED</c> repeats one.</summary>
internal static class Campaign
{
    /// <summary>The length of a campaign: crashes, damages or seconds.</summary>
    public static int Length(int usual, int whenLong)
    {
        string? wanted = Environment.GetEnvironmentVariable("FASTLEDGER_CAMPAIGN");
        if (wanted == "long") return whenLong;
        return int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length > 0 ? length : usual;
    }

    /// <summary>The given seed, or a fresh one.</summary>
    public static int Seed() =>
        int.TryParse(Environment.GetEnvironmentVariable("FASTLEDGER_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed)
            ? seed
            : Random.Shared.Next();
}
