// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.IO;

namespace FastLedger.Storage.Tests;

public class DirectoryLockTests
{
    private const string FlockProgram = "/usr/bin/flock";

    [Fact]
    public void A_directory_has_one_owner_at_a_time()
    {
        using TemporaryDirectory directory = new();
        JournalOptions options = new() { Directory = directory.Path, SegmentBytes = 1 << 20, RingBytes = 1 << 20 };
        using (Journal.Open(options))
        {
            DirectoryInUseException refused = Assert.Throws<DirectoryInUseException>(() => Journal.Open(options));
            Assert.Equal(directory.Path, refused.Directory);
        }

        using Journal again = Journal.Open(options);
    }

    [Fact]
    public void Another_process_cannot_take_the_lock_until_its_owner_is_gone()
    {
        if (!File.Exists(FlockProgram)) return; // util-linux
        using TemporaryDirectory directory = new();
        using (DirectoryLock.Acquire(PosixFileSystem.Instance, directory.Path)) Assert.Equal(1, TryLockInAnotherProcess(directory));
        Assert.Equal(0, TryLockInAnotherProcess(directory));
    }

    [Fact]
    public void A_lock_of_another_process_is_respected_and_ends_with_it()
    {
        if (!File.Exists(FlockProgram)) return; // util-linux
        using TemporaryDirectory directory = new();
        using Process owner = Process.Start(new ProcessStartInfo(FlockProgram, [directory.File(DirectoryLock.FileName), "cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        owner.StandardInput.WriteLine("locked");
        owner.StandardInput.Flush();
        Assert.Equal("locked", owner.StandardOutput.ReadLine()); // cat runs, so the lock is held
        Assert.Throws<DirectoryInUseException>(() => DirectoryLock.Acquire(PosixFileSystem.Instance, directory.Path));
        owner.StandardInput.Close();
        owner.WaitForExit();
        DirectoryLock.Acquire(PosixFileSystem.Instance, directory.Path).Dispose();
    }

    private static int TryLockInAnotherProcess(TemporaryDirectory directory)
    {
        using Process process = Process.Start(FlockProgram, ["-n", directory.File(DirectoryLock.FileName), "true"]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
