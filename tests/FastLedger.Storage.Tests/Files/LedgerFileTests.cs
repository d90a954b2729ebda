// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace FastLedger.Storage.Tests;

public class LedgerFileTests
{
    [Fact]
    public void What_was_written_is_read_back_at_its_offset()
    {
        using TemporaryDirectory directory = new();
        using LedgerFile file = new(PosixFileSystem.Instance, directory.File("a"), FileOpening.Create);
        byte[] bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        file.Preallocate(200_000);
        file.Write(bytes, 70_000);
        file.Sync();
        byte[] read = new byte[100_000];
        file.Read(read, 70_000);
        Assert.Equal(bytes, read);
        Assert.Equal(200_000, file.Length);
        file.Truncate(70_001);
        Assert.Equal(1, file.ReadUpTo(read, 70_000));
    }

    [Fact]
    public void A_file_made_zero_keeps_its_size_and_takes_writes()
    {
        using TemporaryDirectory directory = new();
        using LedgerFile file = new(PosixFileSystem.Instance, directory.File("a"), FileOpening.Create);
        byte[] bytes = new byte[20_000];
        new Random(2).NextBytes(bytes);
        file.Write(bytes, 0);
        file.Sync();
        bool isZero = file.TryZero(20_000);
        byte[] read = new byte[20_000];
        file.Read(read, 0);
        Assert.Equal(isZero ? new byte[20_000] : bytes, read); // a file system that cannot do it leaves everything as it is
        Assert.Equal(20_000, file.Length);
        file.Write(bytes.AsSpan(0, 100), 5_000);
        file.Sync();
        file.Read(read.AsSpan(0, 100), 5_000);
        Assert.Equal(bytes[..100], read[..100]);
    }

    [Fact]
    public void An_error_in_making_a_file_zero_is_a_fault_but_not_that_the_system_cannot()
    {
        SimulatedFileSystem files = new();
        int errno = 95; // the system cannot
        files.Fault = (operation, _, _) => operation == "fallocate" ? errno : 0;
        using LedgerFile file = new(files, "/a", FileOpening.Create);
        file.Write(new byte[10], 0);
        Assert.False(file.TryZero(10));
        errno = 5;
        Assert.Equal(("fallocate zero", 5), Fault(Assert.Throws<StorageFaultException>(() => file.TryZero(10))));
        errno = 0;
        Assert.Throws<StorageFaultException>(() => file.TryZero(10));

        static (string, int) Fault(StorageFaultException fault) => (fault.Operation, fault.Errno);
    }

    [Fact]
    public void Reading_behind_the_end_is_a_fault_that_names_file_and_offset()
    {
        using TemporaryDirectory directory = new();
        using LedgerFile file = new(PosixFileSystem.Instance, directory.File("a"), FileOpening.Create);
        file.Write(new byte[10], 0);
        StorageFaultException fault = Assert.Throws<StorageFaultException>(() => file.Read(new byte[11], 0));
        Assert.Equal((directory.File("a"), 10L, 0), (fault.File, fault.Offset, fault.Errno));
    }

    [Fact]
    public void After_one_fault_every_operation_fails()
    {
        using TemporaryDirectory directory = new();
        File.WriteAllBytes(directory.File("a"), new byte[10]);
        using LedgerFile file = new(PosixFileSystem.Instance, directory.File("a"), FileOpening.Read);
        StorageFaultException first = Assert.Throws<StorageFaultException>(() => file.Write(new byte[1], 3));
        Assert.Equal(("pwrite", 3L, 9), (first.Operation, first.Offset, first.Errno)); // EBADF: opened for reading
        Assert.Throws<StorageFaultException>(() => file.Read(new byte[1], 0));
        Assert.Throws<StorageFaultException>(file.Sync);
        Assert.Throws<StorageFaultException>(() => file.Truncate(0));
        Assert.Throws<StorageFaultException>(() => file.Preallocate(1));
        Assert.Throws<StorageFaultException>(() => file.Length);
    }

    [Fact]
    public void A_missing_file_is_a_fault_with_its_cause()
    {
        using TemporaryDirectory directory = new();
        StorageFaultException fault = Assert.Throws<StorageFaultException>(
            () => new LedgerFile(PosixFileSystem.Instance, directory.File("none"), FileOpening.ReadWrite));
        Assert.Equal(2, fault.Errno);
        Assert.Contains("No such file", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_real_device_without_space_stops_the_write()
    {
        if (!File.Exists("/dev/full")) return; // Linux has it
        using LedgerFile file = new(PosixFileSystem.Instance, "/dev/full", FileOpening.ReadWrite);
        Assert.Equal(28, Assert.Throws<StorageFaultException>(() => file.Write(new byte[1], 0)).Errno);
    }

    [Fact]
    public void Names_change_durably_in_new_directories()
    {
        using TemporaryDirectory directory = new();
        PosixFileSystem files = PosixFileSystem.Instance;
        string inner = directory.File("x/y/z");
        files.CreateDirectory(inner);
        files.CreateDirectory(inner);
        using (LedgerFile file = new(files, inner + "/b", FileOpening.Create)) file.Sync();
        using (LedgerFile file = new(files, inner + "/a", FileOpening.Create)) file.Sync();
        files.Rename(inner + "/b", inner + "/c");
        files.SyncDirectory(inner);
        Assert.Equal(["a", "c"], files.List(inner));
        files.Delete(inner + "/a");
        Assert.Equal(["c"], files.List(inner));
        Assert.Equal(2, Assert.Throws<StorageFaultException>(() => files.Rename(inner + "/a", inner + "/d")).Errno);
        Assert.Equal(2, Assert.Throws<StorageFaultException>(() => files.SyncDirectory(inner + "/none")).Errno);
        Assert.Equal(2, Assert.Throws<StorageFaultException>(() => files.List(inner + "/none")).Errno);
    }
}
