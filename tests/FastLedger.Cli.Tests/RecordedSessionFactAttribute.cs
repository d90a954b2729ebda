// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Cli.Tests;

/// <summary>A test that needs the recorded session.</summary>
internal sealed class RecordedSessionFactAttribute : FactAttribute
{
    public RecordedSessionFactAttribute()
    {
        if (RecordedSession.Find() is null) Skip = "shared/data/cme-es-l3-2023-12-25.csv.gz is not beside the working tree";
    }
}
