# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
<#
.SYNOPSIS
Tries Warren on a real Windows: README.md in this folder.
.PARAMETER Release
The folder of this machine's kind in a release made by './run dist --test-sign'.
.PARAMETER Prepare
Test mode, certificates, Driver Verifier, firewall rule. A restart is due afterwards.
.PARAMETER Restore
Takes everything back. A restart is due afterwards.
.PARAMETER Cycles
How often adapters are made and removed.
#>
[CmdletBinding(DefaultParameterSetName = 'Test')]
param(
    [Parameter(Mandatory = $true)] [string] $Release,
    [Parameter(ParameterSetName = 'Prepare', Mandatory = $true)] [switch] $Prepare,
    [Parameter(ParameterSetName = 'Restore', Mandatory = $true)] [switch] $Restore,
    [Parameter(ParameterSetName = 'Test')] [ValidateRange(1, 100000)] [int] $Cycles = 50,
    [Parameter(ParameterSetName = 'Test')] [ValidateRange(1, 10000000)] [int] $Packets = 1000000
)
. (Join-Path $PSScriptRoot 'Common.ps1')
Assert-Administrator
$files = Get-Release $Release

function Enable-Everything {
    if ($env:PROCESSOR_ARCHITECTURE -eq 'x86') { throw 'This is a 32-bit PowerShell; please use the 64-bit one.' }
    try {
        if (Confirm-SecureBootUEFI) { throw [InvalidOperationException] 'Secure Boot is on: Windows refuses test mode until it is off.' }
    } catch [PlatformNotSupportedException] {
        Write-Host 'No UEFI, so no Secure Boot.'
    }
    Invoke-Checked bcdedit.exe @('/set', 'testsigning', 'on')
    Import-Certificate -FilePath $files.Root -CertStoreLocation Cert:\LocalMachine\Root | Out-Null
    Import-Certificate -FilePath $files.Publisher -CertStoreLocation Cert:\LocalMachine\TrustedPublisher | Out-Null
    # Standard settings, and 0x200000: the rules for network drivers.
    & verifier.exe /flags 0x2209BB /driver warren.sys | Out-Host
    foreach ($rule in @(@('ICMPv4', 8, '10.66.0.0/24'), @('ICMPv6', 128, 'fd66::/64'))) {
        New-NetFirewallRule -DisplayName $RuleName -Direction Inbound -Action Allow -Protocol $rule[0] -IcmpType $rule[1] `
            -RemoteAddress $rule[2] -Profile Any | Out-Null
    }
    Write-Host 'Prepared. Please restart Windows, then run this again without -Prepare.'
}

function Disable-Everything {
    & $files.Program driver remove | Out-Host
    & verifier.exe /reset | Out-Host
    Remove-NetFirewallRule -DisplayName $RuleName -ErrorAction SilentlyContinue
    foreach ($pair in @(@('Root', $files.Root), @('TrustedPublisher', $files.Publisher))) {
        $certificate = New-Object Security.Cryptography.X509Certificates.X509Certificate2 $pair[1]
        Get-ChildItem "Cert:\LocalMachine\$($pair[0])" | Where-Object Thumbprint -EQ $certificate.Thumbprint | Remove-Item
    }
    & bcdedit.exe /deletevalue testsigning | Out-Host
    Write-Host 'Everything is taken back. Please restart Windows.'
}

# What Windows wrote about drivers and devices since the test began.
function Save-Logs([string] $Report, [datetime] $Since) {
    Copy-Item "$env:windir\INF\setupapi.dev.log" $Report -ErrorAction SilentlyContinue
    Get-ChildItem "$env:windir\Minidump\*.dmp" -ErrorAction SilentlyContinue | Where-Object LastWriteTime -GE $Since | Copy-Item -Destination $Report
    foreach ($log in 'System', 'Microsoft-Windows-Kernel-PnP/Configuration', 'Microsoft-Windows-CodeIntegrity/Operational', 'Microsoft-Windows-NDIS/Operational') {
        Get-WinEvent -FilterHashtable @{ LogName = $log; StartTime = $Since } -ErrorAction SilentlyContinue |
            Format-List TimeCreated, Id, ProviderName, LevelDisplayName, Message |
            Out-File (Join-Path $Report (($log -replace '[\\/]', '-') + '.txt'))
    }
    Get-ComputerInfo OsName, OsVersion, OsBuildNumber, OsArchitecture, CsModel | Out-File (Join-Path $Report 'computer.txt')
}

# What only Windows can settle (CAVEATS.md), looked at while an adapter is there.
function Save-Adapter([string] $Report) {
    $name = 'Warren Test'
    $info = New-Object Diagnostics.ProcessStartInfo $files.Program, "adapter create `"$name`" --mtu 1420"
    $info.UseShellExecute = $false
    $info.RedirectStandardInput = $true # it lasts until this ends
    $process = [Diagnostics.Process]::Start($info)
    try {
        for ($i = 0; $i -lt 60 -and -not (Get-NetAdapter -Name $name -IncludeHidden -ErrorAction SilentlyContinue); $i++) { Start-Sleep -Seconds 1 }
        $out = Join-Path $Report 'adapter.txt'
        Get-NetAdapter -Name $name -IncludeHidden | Format-List * | Out-File $out
        Get-NetIPInterface -InterfaceAlias $name | Format-List * | Out-File $out -Append
        Get-NetAdapterBinding -Name $name -IncludeHidden -AllBindings -ErrorAction SilentlyContinue | Format-Table -AutoSize | Out-File $out -Append
        Get-NetAdapterAdvancedProperty -Name $name -AllProperties -ErrorAction SilentlyContinue | Format-Table -AutoSize | Out-File $out -Append
        Get-PnpDevice -Class Net | Where-Object InstanceId -Like 'SWD\WARREN\*' | Get-PnpDeviceProperty | Format-Table KeyName, Data -AutoSize -Wrap | Out-File $out -Append
        (Invoke-Logged $Report 'show' $files.Program @('adapter', 'show', $name, '--json')) -eq 0
    } finally {
        $process.StandardInput.Close()
        if (-not $process.WaitForExit(60000)) { $process.Kill() }
    }
}

function Test-Everything {
    $since = Get-Date
    $report = Join-Path (Get-Location) ('warren-report-' + $since.ToString('yyyyMMdd-HHmmss'))
    New-Item -ItemType Directory $report | Out-Null
    $bad = New-Object Collections.Generic.List[string]
    try {
        if (-not (Test-TestSigning)) { throw 'Test mode is off: run this with -Prepare first, then restart.' }
        Invoke-Logged $report 'verifier' verifier.exe @('/querysettings') | Out-Null
        foreach ($file in $files.Driver, $files.Catalog, $files.Library, $files.Program) {
            $signature = Get-AuthenticodeSignature -LiteralPath $file
            $signature | Format-List Path, Status, StatusMessage | Out-File (Join-Path $report 'signatures.txt') -Append
            if ($signature.Status -ne 'Valid') { $bad.Add("signature of $file is $($signature.Status)") }
        }
        if (Invoke-Logged $report 'install' $files.Program @('driver', 'install', '-v')) { $bad.Add('driver install') }
        if (Invoke-Logged $report 'version' $files.Program @('version')) { $bad.Add('version') }
        if (-not (Save-Adapter $report)) { $bad.Add('adapter') }
        if (Invoke-Logged $report 'selftest' $files.Program @('selftest', '--cycles', "$Cycles", '--packets', "$Packets")) { $bad.Add('selftest') }
        if (Invoke-Logged $report 'repair' $files.Program @('repair', '--dry-run', '--json')) { $bad.Add('repair') }
        if (Invoke-Logged $report 'remove' $files.Program @('driver', 'remove', '-v')) { $bad.Add('driver remove') }
    } catch {
        $bad.Add("$_")
    }
    Save-Logs $report $since
    $verdict = if ($bad.Count) { 'FAILED: ' + ($bad -join '; ') } else { 'PASSED' }
    $verdict | Out-File (Join-Path $report 'verdict.txt')
    Compress-Archive -Path "$report\*" -DestinationPath "$report.zip"
    Write-Host "The report is $report.zip"
    Write-Host $verdict
    if ($bad.Count) { exit 1 }
}

switch ($PSCmdlet.ParameterSetName) {
    'Prepare' { Enable-Everything }
    'Restore' { Disable-Everything }
    default { Test-Everything }
}
