// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.EndToEnd;

/// <summary>A test that needs a recorded market session, which does not belong to the project and may stand beside the working tree.</summary>
internal sealed class RecordedSessionFactAttribute : FactAttribute
{
    private const string FileName = "shared/data/cme-es-l3-2023-12-25.csv.gz";

    public RecordedSessionFactAttribute()
    {
        if (Find() is null) Skip = FileName + " is not beside the working tree";
    }

    public static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, FileName);
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
