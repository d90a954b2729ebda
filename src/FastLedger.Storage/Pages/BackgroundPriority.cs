// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Storage;

/// <summary>
/// Lets a thread stand back where the processors are busy: a checkpoint may take longer, a block must not. The runtime has thread priorities,
/// but they do nothing on Linux.
/// </summary>
internal static partial class BackgroundPriority
{
    private const int ProcessPriority = 0; // PRIO_PROCESS; on Linux, 0 names the calling thread and nothing else of the process
    private const int Nice = 5;

    /// <summary>Gives the calling thread a third of the share that others get. Nothing where the system cannot.</summary>
    public static void Enter()
    {
        if (OperatingSystem.IsLinux()) _ = SetPriority(ProcessPriority, 0, Nice);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
