// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Storage;

/// <summary>How a file is opened.</summary>
public enum FileOpening
{
    /// <summary>The file exists and is only read.</summary>
    Read,

    /// <summary>The file exists and is read and written.</summary>
    ReadWrite,

    /// <summary>The file is created if it does not exist; its content is kept if it does.</summary>
    ReadWriteOrCreate,

    /// <summary>The file is created, or emptied if it exists.</summary>
    Create,
}
